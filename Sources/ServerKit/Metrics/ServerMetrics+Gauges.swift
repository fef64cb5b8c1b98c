#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

extension ServerMetrics {
    /// Adds what every server can say about its process and its files.
    func addServerGauges(folder: DataFolder, clock: ServerClock, certificate: ServerCertificate?) {
        let started = clock.now
        add(
            Gauge(name: "process_start_time_seconds", help: "When the server started, in seconds since 1970.") {
                Double(started)
            })
        add(
            Gauge(name: "cloudmls_uptime_seconds", help: "For how long the server has run.") {
                let now = clock.now
                return Double(now > started ? now - started : 0)
            })
        add(
            Gauge(name: "process_resident_memory_bytes", help: "Memory of the process.") { Self.residentMemory() })
        add(
            Gauge(name: "cloudmls_database_bytes", help: "Size of the database.") { Self.size(folder.databasePath) })
        add(
            Gauge(name: "cloudmls_database_wal_bytes", help: "Size of the database's journal.") {
                Self.size(folder.databasePath + "-wal")
            })
        add(
            Gauge(
                name: "cloudmls_backup_age_seconds",
                help: "Age of the newest backup that was verified; absent where there is none."
            ) {
                BackupRecord.newest(in: folder).map { Double(clock.now) - Double($0.created) }
            })
        guard let certificate else { return }
        add(
            Gauge(
                name: "cloudmls_certificate_expiry_timestamp_seconds",
                help: "When the TLS certificate ends, in seconds since 1970."
            ) { Double(certificate.current.expires) })
    }

    private static func size(_ path: String) -> Double? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        return size < 0 ? nil : Double(size)
    }

    /// As Linux tells it; nil elsewhere.
    private static func residentMemory() -> Double? {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
        else { return nil }
        return kilobytes * 1_024
    }
}
