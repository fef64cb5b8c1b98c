import KeyHierarchy
import Testing

@Suite struct KDFCalibrationTests {
    /// A machine on which the default takes this long, and all else in proportion to the work.
    private func calibrate(
        _ algorithm: KDFCalibration.Algorithm, target: Duration, defaultTakes: Duration
    ) -> KDFParameters {
        KDFCalibration.parameters(algorithm, target: target) { _ in defaultTakes }
    }

    @Test func moreTimeMeansMoreWork() throws {
        #expect(
            calibrate(.argon2id, target: .seconds(1), defaultTakes: .milliseconds(250))
                == .argon2id(memoryKiB: 65_536, iterations: 12, parallelism: 4))
        #expect(
            calibrate(.pbkdf2, target: .seconds(1), defaultTakes: .milliseconds(100))
                == .pbkdf2HMACSHA512(iterations: 2_100_000))
    }

    @Test(arguments: KDFCalibration.Algorithm.allCases)
    func neverLessThanTheDefault(algorithm: KDFCalibration.Algorithm) {
        let parameters = calibrate(algorithm, target: .milliseconds(10), defaultTakes: .seconds(2))
        #expect(parameters == (algorithm == .argon2id ? .default : .constrained))
    }

    @Test(arguments: KDFCalibration.Algorithm.allCases)
    func neverOutsideTheRange(algorithm: KDFCalibration.Algorithm) throws {
        for milliseconds in [1, 30, 90, 700] {
            let parameters = calibrate(algorithm, target: .seconds(60), defaultTakes: .milliseconds(milliseconds))
            try KDFPolicy.standard.check(parameters)
            #expect(!parameters.isWeaker(than: algorithm == .argon2id ? .default : .constrained))
        }
    }

    @Test func measuresThisMachine() throws {
        let parameters = try KDFCalibration.parameters(.pbkdf2, target: .milliseconds(1))
        #expect(parameters == .constrained)
    }

    @Test func weakerIsWhatASearchWouldFindCheaper() {
        let base = KDFParameters.argon2id(memoryKiB: 65_536, iterations: 3, parallelism: 4)
        #expect(!base.isWeaker(than: base))
        #expect(KDFParameters.argon2id(memoryKiB: 65_536, iterations: 2, parallelism: 4).isWeaker(than: base))
        #expect(KDFParameters.argon2id(memoryKiB: 32_768, iterations: 9, parallelism: 4).isWeaker(than: base))
        #expect(!KDFParameters.argon2id(memoryKiB: 131_072, iterations: 2, parallelism: 4).isWeaker(than: base))
        #expect(KDFParameters.pbkdf2HMACSHA512(iterations: 10_000_000).isWeaker(than: base))
        #expect(!base.isWeaker(than: .pbkdf2HMACSHA512(iterations: 10_000_000)))
    }
}
