import Foundation
import KeyHierarchy
import ServerOptions
import Testing

/// Flags, environment, file and defaults, of the real program.
@Suite struct SettingsTests {
    private struct Document: Decodable {
        struct Row: Decodable {
            var name: String
            var value: [String]?
            var source: String
            var variable: String
        }

        var settings: [Row]
        subscript(name: String) -> Row? { settings.first { $0.name == name } }
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ text: String) throws -> String {
        let file = folder.url.appending(path: "server.conf")
        try Data(text.utf8).write(to: file)
        return file.path
    }

    private func settings(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> Document {
        let result = try await ServerBinary.run(["config", "--json"] + arguments, environment: environment)
        try #require(result.status == 0, "\(result)")
        return try JSONDecoder().decode(Document.self, from: Data(result.output.utf8))
    }

    @Test func theNearestPlaceWins() async throws {
        let path = try file("# where it listens\nport = 7001\nobject-size = 8192\n\nmax-connections = 7\n")
        let environment = ["CLOUDMLS_PORT": "7002", "CLOUDMLS_OBJECT_SIZE": "16384"]
        let found = try await settings(["--config", path, "--port=7003"], environment)
        #expect(found["port"]?.value == ["7003"])
        #expect(found["port"]?.source == "command line")
        #expect(found["object-size"]?.value == ["16384"])
        #expect(found["object-size"]?.source == "environment, CLOUDMLS_OBJECT_SIZE")
        #expect(found["max-connections"]?.value == ["7"])
        #expect(found["max-connections"]?.source == "\(path), line 5")
        #expect(found["batch-count"]?.source == "default")
        #expect(Set(found.settings.map(\.variable)).count == found.settings.count)
    }

    @Test func listsAndFlags() async throws {
        let path = try file("public-url = https://a.example\npublic-url = https://b.example\nbehind-proxy = yes\n")
        let inFile = try await settings([], ["CLOUDMLS_CONFIG": path])
        #expect(inFile["public-url"]?.value == ["https://a.example", "https://b.example"])
        #expect(inFile["behind-proxy"]?.value == ["true"])
        let variables = [
            "CLOUDMLS_CONFIG": path, "CLOUDMLS_PUBLIC_URL": "https://c.example, https://d.example",
            "CLOUDMLS_BEHIND_PROXY": "off",
        ]
        let inEnvironment = try await settings([], variables)
        #expect(inEnvironment["public-url"]?.value == ["https://c.example", "https://d.example"])
        #expect(inEnvironment["behind-proxy"]?.value == ["false"])
        let given = try await settings(["--public-url", "https://e.example"], variables)
        #expect(given["public-url"]?.value == ["https://e.example"])
    }

    @Test func aVariableCanNameAFileWithTheValue() async throws {
        let value = folder.url.appending(path: "port")
        try Data("7005\n".utf8).write(to: value)
        let found = try await settings([], ["CLOUDMLS_PORT_FILE": value.path])
        #expect(found["port"]?.value == ["7005"])
        let both = try await ServerBinary.run(
            ["config"], environment: ["CLOUDMLS_PORT_FILE": value.path, "CLOUDMLS_PORT": "1"])
        #expect(both.status == 78)
    }

    @Test(arguments: [
        ("prot = 7000\n", "line 1"), ("\n\nport 7000\n", "line 3"), ("port = 1\nport = 2\n", "line 2"),
        ("registration = half\n", "line 1"), ("port = x\n", "line 1"), ("behind-proxy = perhaps\n", "line 1"),
        ("login-rate = 0\n", "line 1"), ("config = other\n", "line 1"),
    ])
    func aWrongLineIsNamed(text: String, line: String) async throws {
        let path = try file(text)
        for command in ["config", "serve"] {
            let result = try await ServerBinary.run(
                [command, "--config", path, "--data", folder.dataFolder], environment: [:])
            #expect(result.status == 78)
            #expect(result.errors.contains(path) && result.errors.contains(line), "\(result.errors)")
        }
    }

    @Test func aWrongVariableIsNamed() async throws {
        let wrong = try await ServerBinary.run(["config"], environment: ["CLOUDMLS_PORT": "many"])
        #expect(wrong.status == 78)
        #expect(wrong.errors.contains("CLOUDMLS_PORT"))
        let unknown = try await ServerBinary.run(["config"], environment: ["CLOUDMLS_PROT": "1"])
        #expect(unknown.status == 0)
        #expect(unknown.errors.contains("CLOUDMLS_PROT"))
        let missing = try await ServerBinary.run(["config", "--config", "/nonexistent"], environment: [:])
        #expect(missing.status == 78)
    }

    @Test func whatDoesNotGoTogetherIsSaid() async throws {
        let result = try await ServerBinary.run(["config"], environment: ["CLOUDMLS_HOSTNAME": "0.0.0.0"])
        #expect(result.status == 78)
        #expect(result.output.contains("0.0.0.0"))
        #expect(result.errors.contains("--tls self-signed"))
    }

    @Test func serverAndInvitationTakeThem() async throws {
        let path = try file(
            "data = \(folder.dataFolder)\npublic-url = http://127.0.0.1:7777\npublic-url = https://b.example\n")
        let server = try await ServerBinary(folder, options: ["--config", path])
        let invitation = try await ServerBinary.run(["invite"], environment: ["CLOUDMLS_CONFIG": path])
        #expect(try SetupCode(text: invitation.output).origin.rawValue == "http://127.0.0.1:7777")
        #expect(server.stop() == 0)
    }

    @Test func secretsAreHidden() throws {
        let setting = Setting(name: "token", kind: .value, help: "", isSecret: true)
        let value = SettingValue(setting: setting, values: ["hush"], source: .commandLine)
        #expect(!SettingsReport.text([value], defaults: [:]).contains("hush"))
        #expect(try !SettingsReport.json([value], defaults: [:]).contains("hush"))
    }
}
