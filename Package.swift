// swift-tools-version: 6.2

import PackageDescription

/// Every target of ours is built the same way: a warning is an error, imports are internal unless they say otherwise,
/// and an existential is visible as one.
let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Tests are not optimised, what they test is: that halves the time that they take to compile. (No product has a test
/// target, so that this flag keeps nobody from depending on the package. `CloudMLSClientTests` has a simulation in it.)
let testSettings: [SwiftSetting] = settings + [.unsafeFlags(["-Onone"])]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "CloudMLS",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "MLSCodec", targets: ["MLSCodec"]),
        .library(name: "MLS", targets: ["MLS"]),
        .library(name: "MLSCrypto", targets: ["MLSCrypto"]),
        // Three modules: whoever uses the client names accounts, passwords, addresses and setup codes, which it shares with
        // the servers.
        .library(name: "CloudMLSClient", targets: ["CloudMLSClient", "CloudMLSAPI", "KeyHierarchy"]),
        .executable(name: "key-store-server", targets: ["KeyStoreServerCommand"]),
        .executable(name: "auth-delivery-server", targets: ["AuthDeliveryServerCommand"]),
        .executable(name: "cloudmls", targets: ["CloudMLSCommand"]),
        .executable(name: "cloudmls-bench", targets: ["BenchCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
        .package(url: "https://github.com/apple/swift-asn1", .upToNextMinor(from: "1.7.4")),
        .package(url: "https://github.com/apple/swift-certificates", .upToNextMinor(from: "1.21.1")),
        .package(url: "https://github.com/apple/swift-crypto", .upToNextMinor(from: "4.5.2")),
        .package(url: "https://github.com/apple/swift-http-types", .upToNextMinor(from: "1.8.0")),
        .package(url: "https://github.com/apple/swift-log", .upToNextMinor(from: "1.16.2")),
        .package(url: "https://github.com/apple/swift-nio", .upToNextMinor(from: "2.101.2")),
        .package(url: "https://github.com/apple/swift-nio-extras", .upToNextMinor(from: "1.35.2")),
        .package(url: "https://github.com/apple/swift-nio-ssl", .upToNextMinor(from: "2.37.6")),
        .package(url: "https://github.com/groue/GRDB.swift", .upToNextMinor(from: "7.10.0")),
        .package(url: "https://github.com/hummingbird-project/hummingbird", .upToNextMinor(from: "2.28.1")),
        .package(url: "https://github.com/swift-server/async-http-client", .upToNextMinor(from: "1.37.0")),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", .upToNextMinor(from: "2.13.0")),
    ],
    targets: [
        // RFC 9420
        .target(name: "MLSCodec", swiftSettings: settings),
        .target(name: "MLS", dependencies: ["MLSCodec"], swiftSettings: settings),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "MLSCrypto", dependencies: ["MLS", "COpenSSL", crypto], swiftSettings: settings),
        .target(name: "MLSVectors", dependencies: ["MLS", "MLSCodec", "MLSCrypto"], swiftSettings: settings),
        .target(name: "MLSPeer", dependencies: ["MLS", "MLSCodec", "MLSCrypto"], swiftSettings: settings),

        // What clients and servers share
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .target(
            name: "KeyHierarchy",
            dependencies: ["MLSCodec", "CArgon2", crypto, cryptoExtras],
            swiftSettings: settings
        ),
        .target(name: "CloudMLSAPI", dependencies: ["KeyHierarchy", "MLSCodec"], swiftSettings: settings),

        // The two servers
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(
            name: "ServerKit",
            dependencies: [
                "CSQLite", "CloudMLSAPI", "KeyHierarchy", "MLSCodec", crypto, hummingbird, hummingbirdCore,
                hummingbirdTLS, httpTypes,
                nio, nioHTTP, nioHTTPTypes, nioSSL, x509, asn1, grdb, logging, lifecycle, unixSignals,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "KeyStoreServer",
            dependencies: [
                "ServerKit", "CloudMLSAPI", "KeyHierarchy", "MLSCodec", crypto, hummingbird, httpTypes, nio, grdb,
                logging,
                lifecycle,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "AuthDeliveryServer",
            dependencies: [
                "ServerKit", "CloudMLSAPI", "KeyHierarchy", "MLS", "MLSCodec", "MLSCrypto", crypto, hummingbird,
                httpTypes,
                nio, grdb, logging, lifecycle,
            ],
            swiftSettings: settings
        ),

        // The client
        .target(
            name: "CloudMLSClient",
            dependencies: [
                "CloudMLSAPI", "KeyHierarchy", "MLS", "MLSCodec", "MLSCrypto", crypto, httpClient, nio, nioHTTP,
                nioSSL,
            ],
            swiftSettings: settings
        ),

        // Executables: argument parsing and wiring
        .target(name: "CommandSupport", swiftSettings: settings),
        .target(
            name: "ServerOptions",
            dependencies: ["CommandSupport", "ServerKit", "CloudMLSAPI", "KeyHierarchy", argumentParser, logging],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "KeyStoreServerCommand",
            dependencies: [
                "KeyStoreServer", "ServerOptions", "CommandSupport", "ServerKit", "CloudMLSAPI", "KeyHierarchy",
                argumentParser,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "AuthDeliveryServerCommand",
            dependencies: [
                "AuthDeliveryServer", "ServerOptions", "CommandSupport", "ServerKit", "CloudMLSAPI", "KeyHierarchy",
                argumentParser,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "CloudMLSCommand",
            dependencies: ["CloudMLSClient", "CommandSupport", "CloudMLSAPI", "KeyHierarchy", argumentParser],
            swiftSettings: settings
        ),

        .target(
            name: "MLSBench", dependencies: ["MLS", "MLSCodec", "MLSCrypto", crypto], swiftSettings: settings),
        .executableTarget(
            name: "BenchCommand",
            dependencies: [
                "CloudMLSAPI", "KeyHierarchy", "MLS", "MLSBench", "MLSCodec", "MLSCrypto", "MLSPeer", "MLSVectors",
                argumentParser, hummingbird, logging, nio,
            ],
            swiftSettings: settings
        ),

        // Tests
        .target(
            name: "TestSupport", dependencies: [crypto, x509, asn1], path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(name: "MLSCodecTests", dependencies: ["MLSCodec", "TestSupport"], swiftSettings: testSettings),
        .testTarget(
            name: "MLSTests",
            dependencies: ["MLS", "MLSCodec", "MLSCrypto", "MLSPeer", "MLSVectors", "COpenSSL", "TestSupport"],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "MLSBenchTests", dependencies: ["MLSBench", "MLSCodec", "MLSCrypto"], swiftSettings: testSettings),
        .testTarget(
            name: "KeyHierarchyTests",
            dependencies: ["KeyHierarchy", "MLSCodec", "TestSupport", crypto],
            exclude: ["Vectors"],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "ServerKitTests", dependencies: ["ServerKit", "CloudMLSAPI", "KeyHierarchy", grdb],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "KeyStoreServerTests",
            dependencies: [
                "KeyStoreServer", "ServerKit", "ServerOptions", "CloudMLSAPI", "KeyHierarchy", "TestSupport",
                httpClient, nio, nioHTTP, grdb,
            ],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "AuthDeliveryServerTests",
            dependencies: [
                "AuthDeliveryServer", "ServerKit", "CloudMLSAPI", "KeyHierarchy", "MLS", "MLSCodec", "MLSCrypto",
                "TestSupport", httpClient, nio, nioHTTP, grdb, logging,
            ],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "CloudMLSClientTests",
            dependencies: [
                "CloudMLSClient", "CloudMLSAPI", "KeyHierarchy", "MLS", "MLSCodec", "MLSCrypto", "TestSupport",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "CloudMLSClient", "CloudMLSAPI", "KeyHierarchy", "MLS", "MLSCodec", "MLSCrypto", "TestSupport",
                "KeyStoreServerCommand", "AuthDeliveryServerCommand", "CloudMLSCommand", "BenchCommand", grdb,
            ],
            swiftSettings: testSettings
        ),
    ],
    swiftLanguageModes: [.v6]
)

// libFuzzer's targets, which only `Deploy/fuzz` builds: they take a compiler option that would be in nobody else's interest.
if Context.environment["CLOUDMLS_FUZZ"] == "1" {
    package.products.append(.executable(name: "cloudmls-fuzz", targets: ["FuzzCommand"]))
    package.targets += [
        .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
        .executableTarget(
            name: "FuzzCommand",
            dependencies: ["CLibFuzzer", "MLS", "MLSCodec", "MLSCrypto"],
            path: "Tests/Fuzz/FuzzCommand",
            swiftSettings: settings
        ),
    ]
}
