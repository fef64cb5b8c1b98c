public import KeyHierarchy

/// Which server an executable runs: what its options' defaults and messages follow from.
public protocol ServedRole: Sendable {
    static var role: ServerRole { get }
    /// Settings whose values are never shown.
    static var secretSettings: Set<String> { get }
}

extension ServedRole {
    public static var secretSettings: Set<String> { [] }

    /// The name of the executable and of its data folder.
    public static var programName: String { "\(role.rawValue)-server" }
}
