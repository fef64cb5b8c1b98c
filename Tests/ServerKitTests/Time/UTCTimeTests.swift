import CloudMLSAPI
import Testing

@Suite struct UTCTimeTests {
    @Test(arguments: [
        (UInt64(0), "1970-01-01 00:00:00 UTC", "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_400, "2000-02-29 00:00:00 UTC", "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_764_115_147, "2025-11-25 23:59:07 UTC", "Tue, 25 Nov 2025 23:59:07 GMT"),
        (4_107_542_399, "2100-02-28 23:59:59 UTC", "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400, "2100-03-01 00:00:00 UTC", "Mon, 01 Mar 2100 00:00:00 GMT"),
        (.max, "9999-12-31 23:59:59 UTC", "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
    func inWordsAndInHTTP(seconds: UInt64, text: String, httpDate: String) {
        #expect(UTCTime(seconds).text == text)
        #expect(UTCTime(seconds).httpDate == httpDate)
    }

    @Test func inFileNamesAndInLogs() {
        let time = UTCTime(1_764_115_147)
        #expect(time.date == "2025-11-25")
        #expect(time.iso8601 == "2025-11-25T23:59:07Z")
        #expect(time.compact == "20251125T235907Z")
    }
}
