import AsyncHTTPClient
import CloudMLSAPI
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
        // A long poll is silent for as long as it may wait.
        configuration.timeout.read = .seconds(Int64(Limits.longPoll) + 30)
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
        let outgoing = outgoing(request)
        return try await explaining { try await answer(to: outgoing, within: request.timeout) }
    }

    package func open(_ request: HTTPExchangeRequest) async throws -> HTTPStreamResponse {
        let outgoing = outgoing(request)
        let answer = try await explaining {
            try await client.execute(outgoing, timeout: .seconds(Int64(request.timeout)))
        }
        let body = AsyncThrowingStream<[UInt8], any Error> { continuation in
            let task = Task {
                do {
                    try await explaining {
                        for try await bytes in answer.body { continuation.yield(Array(buffer: bytes)) }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
        return HTTPStreamResponse(
            status: Int(answer.status.code), headers: Self.headers(answer.headers), body: body)
    }

    private func outgoing(_ request: HTTPExchangeRequest) -> HTTPClientRequest {
        var outgoing = HTTPClientRequest(url: "\(origin)\(request.path)")
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        for (name, value) in request.headers {
            outgoing.headers.add(name: name, value: value)
        }
        if let body = request.body {
            outgoing.body = .bytes(ByteBuffer(bytes: body))
        }
        return outgoing
    }

    /// Does something over the network, and says in this library's words why it failed.
    private func explaining<Result>(_ work: () async throws -> Result) async throws -> Result {
        do {
            return try await work()
        } catch is PinMismatch {
            throw ClientError(
                .serverIdentityChanged, "The server at \(origin) shows another certificate than the pinned one.",
                hint: "Ask whoever runs it to serve the key of before again, with a renewed certificate if need be; "
                    + "if they did not change it, somebody else answers there.")
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

    /// The complete answer. The client's own deadline ends with the answer's head, so a clock of its own runs beside.
    private func answer(to request: HTTPClientRequest, within seconds: Int) async throws -> HTTPExchangeResponse {
        try await withThrowingTaskGroup(of: HTTPExchangeResponse.self) { group in
            group.addTask { [client] in
                let answer = try await client.execute(request, timeout: .seconds(Int64(seconds)))
                let body = try await answer.body.collect(upTo: Self.largestAnswer)
                // A cancelled body may end early without an error.
                try Task.checkCancellation()
                return HTTPExchangeResponse(
                    status: Int(answer.status.code), headers: Self.headers(answer.headers),
                    body: Array(buffer: body))
            }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    private static func headers(_ fields: HTTPHeaders) -> [String: String] {
        Dictionary(fields.map { ($0.name.lowercased(), $0.value) }) { _, last in last }
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
