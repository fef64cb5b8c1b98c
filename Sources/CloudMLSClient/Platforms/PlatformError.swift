/// Why a platform could not do what it was asked to. Two are equal when their codes are.
public struct PlatformError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: Sendable, Hashable, CaseIterable {
        /// The chat's name cannot be used on this platform.
        case invalidChat
        /// The text is longer than `MessagePlatform.maximumTextSize`.
        case textTooLong
        /// The platform, or the folder that stands for it, is not there.
        case unavailable
        /// It is there but refuses: permissions, a full disk, a fault of the medium.
        case refused
    }

    public var code: Code
    /// What happened, for people.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }

    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.code == rhs.code }

    public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
