import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A terminal with the test in place of the keyboard and the screen.
final class PseudoTerminal: Sendable {
    struct Failed: Error {
        var reason: Int32
    }

    /// What a program takes for its terminal.
    let programSide: FileHandle
    private let ourSide: Int32

    init() throws {
        #if canImport(Darwin)
            let ourSide = posix_openpt(O_RDWR | O_NOCTTY)
            guard ourSide >= 0, grantpt(ourSide) == 0, unlockpt(ourSide) == 0, let named = ptsname(ourSide) else {
                throw Failed(reason: errno)
            }
            let name = String(cString: named)
        #else
            // What posix_openpt(3), unlockpt(3) and ptsname(3) do; Swift's Glibc module does not show them.
            let ourSide = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            let (setLock, getNumber) = (UInt(0x4004_5431), UInt(0x8004_5430))  // TIOCSPTLCK, TIOCGPTN
            var locked: CInt = 0
            var number: CUnsignedInt = 0
            guard ourSide >= 0, ioctl(ourSide, setLock, &locked) == 0, ioctl(ourSide, getNumber, &number) == 0 else {
                throw Failed(reason: errno)
            }
            let name = "/dev/pts/\(number)"
        #endif
        let programSide = open(name, O_RDWR | O_NOCTTY)
        guard programSide >= 0, fcntl(ourSide, F_SETFL, O_NONBLOCK) == 0 else { throw Failed(reason: errno) }
        self.ourSide = ourSide
        self.programSide = FileHandle(fileDescriptor: programSide, closeOnDealloc: true)
    }

    deinit { close(ourSide) }

    func type(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { write(ourSide, $0.baseAddress, $0.count) }
    }

    /// What appeared on the screen, apart from what the program printed elsewhere.
    func screen() -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(ourSide, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    /// Whether what is typed is shown.
    var echoes: Bool {
        var settings = termios()
        return tcgetattr(programSide.fileDescriptor, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0
    }
}
