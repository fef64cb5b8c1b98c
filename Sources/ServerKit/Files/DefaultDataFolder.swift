/// Where a server keeps its data unless `--data` says otherwise.
package enum DefaultDataFolder {
    /// `$XDG_DATA_HOME/<name>`, else `~/.local/share/<name>`; for a system user without a home, `/var/lib/<name>`.
    package static func path(programName: String, environment: [String: String]) -> String {
        if let dataHome = environment["XDG_DATA_HOME"], dataHome.hasPrefix("/") {
            return "\(dataHome)/\(programName)"
        }
        if let home = environment["HOME"], home.hasPrefix("/"), home != "/", home != "/nonexistent" {
            return "\(home)/.local/share/\(programName)"
        }
        return "/var/lib/\(programName)"
    }
}
