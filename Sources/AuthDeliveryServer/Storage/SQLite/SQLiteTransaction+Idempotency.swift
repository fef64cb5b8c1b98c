import GRDB
import ServerKit

extension SQLiteTransaction {
    func answer(to key: [UInt8], of user: UserID) throws -> StoredAnswer? {
        try first(
            "SELECT request, answer FROM idempotent_answers WHERE user_id = ? AND key = ?", [user.rawValue, key.blob]
        ).map { StoredAnswer(request: $0.bytes("request"), answer: $0.bytes("answer")) }
    }

    func insertAnswer(_ answer: StoredAnswer, to key: [UInt8], of user: UserID, at time: UInt64) throws {
        try run(
            "INSERT INTO idempotent_answers (user_id, key, request, answer, at) VALUES (?, ?, ?, ?, ?)",
            [user.rawValue, key.blob, answer.request.blob, answer.answer.blob, time.stored])
    }

    func keptAnswers(of user: UserID) throws -> (count: Int, bytes: Int) {
        let row = try first(
            "SELECT COUNT(*) AS count, COALESCE(SUM(LENGTH(answer)), 0) AS bytes FROM idempotent_answers WHERE user_id = ?",
            [user.rawValue])
        return (row?["count"] ?? 0, row?["bytes"] ?? 0)
    }

    func deleteAnswers(givenBefore time: UInt64) throws {
        try run("DELETE FROM idempotent_answers WHERE at < ?", [time.stored])
    }
}
