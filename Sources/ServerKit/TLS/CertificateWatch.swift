import KeyHierarchy
import Logging
import ServiceLifecycle
import UnixSignals

/// Looks every few seconds, and on SIGHUP, whether the certificate's files were replaced, and says in time when it ends.
struct CertificateWatch: Service {
    /// Seconds before the end from which on it is a warning.
    static let warning: UInt64 = 14 * 86_400

    let certificate: ServerCertificate
    let interval: Duration
    let clock: ServerClock
    let logger: Logger
    /// Called before each daily look at the end; renews a certificate of the server's own.
    let renew: @Sendable () throws -> Void
    /// Called with a certificate that has taken the place of another one.
    let onChange: @Sendable (LoadedCertificate, _ before: LoadedCertificate) async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sighup) { await look(isForced: true) }
                }
                tasks.addTask {
                    while (try? await Task.sleep(for: interval)) != nil { await look(isForced: false) }
                }
                tasks.addTask {
                    repeat { checkEnd() } while (try? await Task.sleep(for: .seconds(86_400))) != nil
                }
            }
        }
    }

    private func look(isForced: Bool) async {
        let before = certificate.current
        switch certificate.reload(isForced: isForced) {
        case .none: break
        case .failed(let error):
            logger.error(
                "the new TLS certificate cannot be used; the one before stays in use",
                metadata: ["reason": "\(error.message)"])
        case .renewed(let loaded):
            logger.notice("new connections get the new TLS certificate", metadata: ["days": "\(days(to: loaded))"])
            await onChange(loaded, before)
            warn(about: loaded)
        }
    }

    private func checkEnd() {
        do {
            try renew()
        } catch {
            logger.error("the self-signed certificate cannot be renewed", metadata: ["reason": "\(error)"])
        }
        warn(about: certificate.current)
    }

    private func days(to certificate: LoadedCertificate) -> Int64 {
        (Int64(clamping: certificate.expires) - Int64(clamping: clock.now)) / 86_400
    }

    private func warn(about certificate: LoadedCertificate) {
        if certificate.expires <= clock.now {
            logger.warning(
                """
                the TLS certificate has expired: clients that know it by its pin go on, all others refuse it
                """)
        } else if certificate.expires <= clock.now + Self.warning {
            logger.warning("the TLS certificate ends soon", metadata: ["days": "\(days(to: certificate))"])
        }
    }
}
