/// One line of what `doctor` says.
package struct DoctorFinding: Sendable, Codable, Equatable {
    package enum Level: String, Sendable, Codable {
        case ok
        /// It works, and should not stay so.
        case warning
        /// It does not work, or data is in danger.
        case error
    }

    /// What was looked at: one word.
    package var subject: String
    package var level: Level
    package var text: String
    /// What helps; nil where nothing need be done.
    package var advice: String?

    static func ok(_ subject: String, _ text: String) -> Self { Self(subject: subject, level: .ok, text: text) }

    static func warning(_ subject: String, _ text: String, _ advice: String) -> Self {
        Self(subject: subject, level: .warning, text: text, advice: advice)
    }

    static func error(_ subject: String, _ text: String, _ advice: String) -> Self {
        Self(subject: subject, level: .error, text: text, advice: advice)
    }
}
