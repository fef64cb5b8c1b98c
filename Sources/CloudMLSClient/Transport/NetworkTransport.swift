import AsyncHTTPClient
import Crypto
package import KeyHierarchy
import NIOCore
import NIOHTTP1
import NIOSSL

/// HTTP over a socket, with TLS for `https` origins.
///
/// With a pinned certificate key nothing else is asked of the certificate: a key store at home has a self-signed one.
/// Without a pin the system's certificate authorities decide.
package final class NetworkTransport: HTTPTransport {
    private let origin: Origin
    private let client: HTTPClient

    /// - Parameter certificatePin: SHA-256 of the certificate's SubjectPublicKeyInfo, or nil.
    package init(origin: Origin, certificatePin: CertificatePin?) {
        self.origin = origin
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        // One connection initializer checks the pin, and it exists per HTTP version.
        configuration.httpVersion = .http1Only
        if origin.scheme == .https, let certificatePin {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.certificateVerification = .none
            configuration.tlsConfiguration = tls
            configuration.http1_1ConnectionDebugInitializer = { channel in
                Self.check(channel, pin: certificatePin)
            }
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // Idle connections close by themselves; `shutdown` is for those who want to wait for it.
        client.shutdown { _ in }
    }

    package func exchange(_ request: HTTPExchangeRequest) async throws -> HTTPExchangeResponse {
        var outgoing = HTTPClientRequest(url: "\(origin)\(request.path)")
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        for (name, value) in request.headers {
            outgoing.headers.add(name: name, value: value)
        }
        if let body = request.body {
            outgoing.body = .bytes(ByteBuffer(bytes: body))
        }
        do {
            let answer = try await client.execute(outgoing, timeout: .seconds(Int64(request.timeout)))
            let body = try await answer.body.collect(upTo: Self.largestAnswer)
            var headers: [String: String] = [:]
            for (name, value) in answer.headers {
                headers[name.lowercased()] = value
            }
            return HTTPExchangeResponse(
                status: Int(answer.status.code), headers: headers, body: Array(buffer: body))
        } catch is PinMismatch {
            throw ClientError(
                .serverIdentityChanged, "The server at \(origin) shows another certificate than the pinned one.",
                hint: "Ask whoever runs it; if the certificate was replaced on purpose, use a new setup code.")
        } catch is NIOTooManyBytesError {
            throw ClientError(.malformedAnswer, "The answer of \(origin) is too long.")
        } catch let error as CancellationError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw ClientError(
                .notReachable, "No answer from \(origin): \(Self.reason(error)).",
                hint: "Check the address and the network, then try again.")
        }
    }

    /// A batch of objects in base64, with room for names.
    private static let largestAnswer = 24 << 20

    private struct PinMismatch: Error {}

    private static func check(_ channel: any Channel, pin: CertificatePin) -> EventLoopFuture<Void> {
        channel.nioSSL_peerCertificate().flatMapThrowing { certificate in
            guard let certificate,
                SHA256.hash(data: try certificate.extractPublicKey().toSPKIBytes()).elementsEqual(pin.bytes)
            else {
                channel.close(promise: nil)
                throw PinMismatch()
            }
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .connectTimeout || error == .deadlineExceeded:
            "it took too long"
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            "no trusted TLS connection could be made"
        default:
            "the connection failed"
        }
    }
}
