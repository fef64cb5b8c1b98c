import Foundation

/// The executables under test, from the folder that the test bundle was built into.
enum Executables {
    static let keyStoreServer = "key-store-server"
    static let authDeliveryServer = "auth-delivery-server"
    static let cloudmls = "cloudmls"

    struct Missing: Error {
        var name: String
        var folder: String
    }

    static func url(_ name: String) throws -> URL {
        let url = folder.appending(path: name)
        guard FileManager.default.isExecutableFile(atPath: url.path) else {
            throw Missing(name: name, folder: folder.path)
        }
        return url
    }

    static let folder: URL = {
        #if canImport(Darwin)
            let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? .main
            return bundle.bundleURL.deletingLastPathComponent()
        #else
            let test = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(filePath: test ?? CommandLine.arguments[0]).deletingLastPathComponent()
        #endif
    }()
}
