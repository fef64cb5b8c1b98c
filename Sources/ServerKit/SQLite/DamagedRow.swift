/// A row that this program did not write so: the file was damaged or changed by others.
package struct DamagedRow: Error, CustomStringConvertible {
    package let table: String

    package init(table: String) { self.table = table }

    package var description: String { "a row of table \(table) is damaged" }
}
