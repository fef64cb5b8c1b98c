package import Foundation

/// A disk that turns read-only under a running server, as a file system does whose device fails: calls that write give
/// EROFS while a file is there.
package struct ReadOnlyDisk {
    private let library: URL
    private let switchFile: URL

    private static let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// It takes a compiler for C, and a loader that knows LD_PRELOAD.
    package static var isUsable: Bool {
        #if os(Linux)
            compiler != nil
        #else
            false
        #endif
    }

    struct DidNotCompile: Error {}

    package init(in folder: URL) throws {
        library = folder.appending(path: "read_only_disk.so")
        switchFile = folder.appending(path: "is-read-only")
        let source = folder.appending(path: "read_only_disk.c")
        try Data(Self.source.utf8).write(to: source)
        let process = Process()
        process.executableURL = Self.compiler.map { URL(filePath: $0) }
        process.arguments = ["-O1", "-shared", "-fPIC", "-o", library.path, source.path, "-ldl"]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw DidNotCompile() }
    }

    /// What a program is run by.
    package var wrapper: [String] {
        ["/usr/bin/env", "LD_PRELOAD=\(library.path)", "TEST_READ_ONLY_WHILE=\(switchFile.path)"]
    }

    package func turnReadOnly() throws { try Data().write(to: switchFile) }
    package func recover() throws { try FileManager.default.removeItem(at: switchFile) }

    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdlib.h>
        #include <unistd.h>

        static int is_read_only(void) {
            const char *file = getenv("TEST_READ_ONLY_WHILE");
            int before = errno;
            int is = file && access(file, F_OK) == 0;
            errno = is ? EROFS : before;
            return is;
        }

        #define REPLACE(type, name, parameters, arguments)                      \\
            type name parameters {                                              \\
                if (is_read_only()) return -1;                                  \\
                return ((type (*) parameters) dlsym(RTLD_NEXT, #name)) arguments; \\
            }

        REPLACE(ssize_t, pwrite, (int file, const void *bytes, size_t count, off_t at), (file, bytes, count, at))
        REPLACE(ssize_t, pwrite64, (int file, const void *bytes, size_t count, off64_t at), (file, bytes, count, at))
        REPLACE(int, ftruncate, (int file, off_t size), (file, size))
        REPLACE(int, ftruncate64, (int file, off64_t size), (file, size))
        REPLACE(int, fsync, (int file), (file))
        REPLACE(int, fdatasync, (int file), (file))
        """
}
