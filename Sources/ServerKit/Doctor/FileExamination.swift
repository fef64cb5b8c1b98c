#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The data folder: who may read it, whether a server has it open, and how much room is left.
struct FileExamination {
    let folder: String

    var database: String { "\(folder)/data.sqlite" }

    func run() -> [DoctorFinding] {
        guard let status = FileSystem.status(folder) else {
            return [
                .error("folder", "There is no folder \(folder).", "Start the server once, or give --data.")
            ]
        }
        var findings = [permissions(status), server(), ownFiles(owner: status.owner), space()]
        if PendingRestore(in: folder) != nil {
            findings.append(.warning("restore", "A restore was interrupted.", "Start the server: it finishes it."))
        } else if !FileSystem.exists(database) {
            findings.append(
                .error("database", "There is no database in \(folder).", "Start the server once, or restore a backup."))
        }
        return findings
    }

    private func permissions(_ status: FileStatus) -> DoctorFinding {
        guard status.permissions & 0o077 == 0 else {
            return .error(
                "folder", "Others can look into \(folder) (mode \(String(status.permissions, radix: 8))).",
                "Run: chmod 700 \(folder)")
        }
        guard status.owner == geteuid() || geteuid() == 0 else {
            return .error("folder", "\(folder) belongs to another user.", "Run this as the user that runs the server.")
        }
        return .ok("folder", "\(folder) is for its owner alone.")
    }

    private func ownFiles(owner: UInt32) -> DoctorFinding {
        var open: [String] = []
        var foreign: [String] = []
        var locked: [String] = []
        for name in FileSystem.names(in: folder) {
            guard let status = FileSystem.status("\(folder)/\(name)") else { continue }
            if status.isRegularFile, status.permissions & 0o077 != 0 { open.append(name) }
            if status.owner != owner { foreign.append(name) }
            if status.isRegularFile, status.permissions & 0o200 == 0 { locked.append(name) }
        }
        guard open.isEmpty else {
            return .error(
                "files", "Others can read \(open.joined(separator: ", ")).",
                "Run: chmod 600 \(open.map { "\(folder)/\($0)" }.joined(separator: " "))")
        }
        guard foreign.isEmpty else {
            return .error(
                "files", "\(foreign.joined(separator: ", ")) belongs to another user than the folder.",
                "Give it to the owner of the folder with chown.")
        }
        guard locked.isEmpty else {
            return .error(
                "files", "\(locked.joined(separator: ", ")) cannot be written.",
                "Run: chmod u+w \(locked.map { "\(folder)/\($0)" }.joined(separator: " "))")
        }
        return .ok("files", "All files are for their owner alone.")
    }

    private func server() -> DoctorFinding {
        let descriptor = open("\(folder)/lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .ok("server", "The server is not running.") }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return .ok("server", "The server is running.") }
        guard !FileSystem.exists("\(folder)/\(DataFolder.runningName)") else {
            return .warning(
                "server", "The server is not running, and did not end in order.",
                "Start it: it looks through the database first. If this happens again, look into its log.")
        }
        return .ok("server", "The server is not running.")
    }

    private func space() -> DoctorFinding {
        var system = statvfs()
        guard statvfs(folder, &system) == 0 else {
            return .warning("disk", "The system does not say how much room there is.", "Look at the disk.")
        }
        let mebibyte: UInt64 = 1 << 20
        let free = UInt64(system.f_bavail) * UInt64(system.f_frsize) / mebibyte
        let used = (FileSystem.status(database)?.size ?? 0) / mebibyte
        let advice = "Make room: a full disk refuses every write."
        guard free >= 16 else { return .error("disk", "The disk has \(free) MiB left.", advice) }
        guard free >= max(256, used) else { return .warning("disk", "The disk has \(free) MiB left.", advice) }
        return .ok("disk", "The disk has \(free) MiB left; the database takes \(used) MiB.")
    }
}
