/// A time in words, in file names, in logs and in HTTP, in UTC.
package struct UTCTime: Sendable {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Since 1970, which began on a Thursday.
    private let day: UInt64
    private let parts: (year: UInt64, month: UInt64, day: UInt64, hour: UInt64, minute: UInt64, second: UInt64)

    /// - Parameter seconds: since 1970. Beyond the year 9999 it is that year's end.
    package init(_ seconds: UInt64) {
        let seconds = min(seconds, 253_402_300_799)
        let (day, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
        self.day = day
        // Counted in eras of 400 years that begin on 1 March, so that leap days are the last day of a year.
        let shifted = day + 719_468
        let (era, dayOfEra) = shifted.quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        parts = (
            400 * era + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1,
            rest / 3_600, rest / 60 % 60, rest % 60
        )
    }

    /// Such as `2026-11-25 23:59:07 UTC`.
    package var text: String {
        "\(date) \(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)) UTC"
    }

    /// Such as `2026-11-25`.
    package var date: String { "\(parts.year)-\(two(parts.month))-\(two(parts.day))" }

    /// Such as `2026-11-25T23:59:07Z` (RFC 3339 §5.6).
    package var iso8601: String {
        "\(date)T\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second))Z"
    }

    /// Such as `20261125T235907Z`: sorts as the times do.
    package var compact: String {
        "\(parts.year)\(two(parts.month))\(two(parts.day))T"
            + "\(two(parts.hour))\(two(parts.minute))\(two(parts.second))Z"
    }

    /// `IMF-fixdate` (RFC 9110 §5.6.7), such as `Wed, 25 Nov 2026 23:59:07 GMT`.
    package var httpDate: String {
        "\(Self.weekdays[Int(day % 7)]), \(two(parts.day)) \(Self.months[Int(parts.month) - 1]) \(parts.year) "
            + "\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)) GMT"
    }

    private func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
