package import ServerKit

/// A server whose database commands can check, back up and restore.
package protocol StoredRole: ServedRole {
    static var schema: DatabaseSchema { get }
}
