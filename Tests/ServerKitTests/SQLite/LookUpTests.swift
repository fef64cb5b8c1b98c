import CloudMLSAPI
import GRDB
import KeyHierarchy
import ServerKit
import Testing

/// Two ways to read share one server: those that wait on their thread, and those that let it go.
@Suite struct LookUpTests {
    @Test(.timeLimit(.minutes(1)))
    func readersOfBothKindsNeverWaitForEachOtherForGood() async throws {
        let folder = try TemporaryFolder()
        let database = try SQLiteDatabase(
            folder: DataFolder(path: folder.dataFolder, exclusively: true),
            schema: DatabaseSchema(role: .keyStore, migrations: { _ in }))
        let sum = try await withThrowingTaskGroup(of: Int.self) { tasks in
            for number in 0..<2_000 {
                tasks.addTask {
                    if number % 2 == 0 {
                        return try await database.read { try Int.fetchOne($0, sql: "SELECT 1") ?? 0 }
                    } else {
                        var one = 0
                        try database.lookUp { try $0.firstRow(sql: "SELECT 1", arguments: []) { one = $0[0] } }
                        return one
                    }
                }
            }
            return try await tasks.reduce(0, +)
        }
        #expect(sum == 2_000)
        try database.close()
    }
}
