import CloudMLSAPI
import Crypto
import Foundation
import ServerKit

/// Requests under an idempotency key: the same request gets the same answer, another one `idempotency_mismatch`.
enum IdempotentRequests {
    /// The answer that the key got before, or the one that `body` makes now, stored in the same transaction.
    ///
    /// - Parameter tookEffect: whether an answer stands for something that must not happen again. One that does not is
    ///   not kept: asked again later, the same request may get more.
    static func answer<Request: Encodable, Answer: Codable>(
        _ request: Request, to key: [UInt8], of user: UserID, at time: UInt64,
        settings: DeliverySettings, in transaction: any DeliveryTransaction, tookEffect: (Answer) -> Bool,
        _ body: () throws -> Answer
    ) throws -> Answer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // The type's name stands in front, so that a key used at one route does not answer at another.
        let asked = Data("\(Request.self):".utf8) + (try encoder.encode(request))
        let hash = Array(SHA256.hash(data: asked))
        if let stored = try transaction.answer(to: key, of: user) {
            guard stored.request == hash else {
                throw APIError(.idempotencyMismatch, "The idempotency key came before with another request.")
            }
            return try JSONDecoder().decode(Answer.self, from: Data(stored.answer))
        }
        // An answer that is kept cannot make room for another before its time: its request may still be repeated.
        let kept = try transaction.keptAnswers(of: user)
        guard kept.count < settings.answersPerUser, kept.bytes < settings.answerBytesPerUser else {
            throw APIError(.quotaExceeded, "Too many requests under idempotency keys in the last weeks: wait.")
        }
        let answer = try body()
        guard tookEffect(answer) else { return answer }
        let stored = StoredAnswer(request: hash, answer: Array(try encoder.encode(answer)))
        try transaction.insertAnswer(stored, to: key, of: user, at: time)
        return answer
    }
}
