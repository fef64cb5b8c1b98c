import MLS
import MLSCodec

/// Clients and what they have before they are in a group.
extension PeerSession {
    static let clientVerbs = [
        PeerVerb(
            "client",
            [
                .required("as", "NAME"), .required("suite", "N"), .optional("identity", "HEX"),
                .optional("certificates", "HEX,…"), .optional("extensions", "N,…"), .optional("proposals", "N,…"),
                .optional("custom-proposals", "N[:path][:external],…"), .optional("signature-private-key", "HEX"),
            ],
            "Makes a client of a cipher suite, with a new signature key. custom-proposals says which types of proposals it "
                + "knows beside those of MLS, which of them need a path, and which external senders may send; its "
                + "capabilities list them too. -> signature-key"
        ) { try $0.makeClient($1) },
        PeerVerb(
            "key-package",
            [
                .required("client", "NAME"), .required("as", "NAME"), .optional("lifetime", "SECONDS"),
                .optional("extensions", "N:HEX,…"), .optional("leaf-extensions", "N:HEX,…"),
            ],
            "Makes a KeyPackage, and keeps its private keys. -> key-package reference"
        ) { try $0.makeKeyPackage($1) },
        PeerVerb(
            "psk", [.required("client", "NAME"), .required("id", "HEX"), .required("secret", "HEX")],
            "Gives a client an external pre-shared key. ->"
        ) { try $0.addPreSharedKey($1) },
        PeerVerb(
            "external-senders", [.required("clients", "NAME,…")],
            "The external_senders extension that lets clients propose from outside. -> extension"
        ) { try $0.externalSenders($1) },
    ]

    private mutating func makeClient(_ arguments: PeerArguments) throws -> PeerAnswer {
        let name = try newName(arguments, in: clients)
        let provider = try provider(for: try arguments.cipherSuite("suite"))
        let certificates = try arguments.bytesList("certificates")
        guard certificates.isEmpty || !arguments.has("identity") else {
            throw PeerError(.usage, "a credential has identity= or certificates=")
        }
        let signer: SignatureKeyPair
        if let secret = try arguments.optionalBytes("signature-private-key") {
            let privateKey = SignaturePrivateKey(SecretBytes(secret))
            signer = SignatureKeyPair(privateKey: privateKey, publicKey: try provider.publicKey(of: privateKey))
        } else {
            signer = try provider.generateSignatureKeyPair()
        }
        let custom = try arguments.customProposalTypes("custom-proposals")
        clients[name] = PeerClient(
            provider: provider,
            credential: certificates.isEmpty
                ? .basic(identity: try arguments.optionalBytes("identity") ?? Array(name.utf8))
                : .x509(certificates: certificates),
            signer: signer,
            capabilities: Capabilities(
                cipherSuites: supportedCipherSuites,
                extensions: try arguments.numbers("extensions").map { ExtensionType(rawValue: $0) },
                proposals: try arguments.numbers("proposals").map { ProposalType(rawValue: $0) } + custom.map(\.type),
                credentials: [.basic, .x509]),
            customProposals: custom)
        var answer = PeerAnswer()
        answer.add("signature-key", signer.publicKey.bytes)
        return answer
    }

    private mutating func makeKeyPackage(_ arguments: PeerArguments) throws -> PeerAnswer {
        let (owner, client) = try client(arguments)
        let name = try newName(arguments, in: keyPackages)
        let made = try KeyPackage.generate(
            provider: client.provider, credential: client.credential, signer: client.signer,
            capabilities: client.capabilities, lifetime: try lifetime(arguments),
            leafExtensions: try arguments.extensions("leaf-extensions") ?? [],
            extensions: try arguments.extensions("extensions") ?? [])
        keyPackages[name] = PeerKeyPackage(
            client: owner, keyPackage: made.keyPackage, privateKeys: made.privateKeys)
        var answer = PeerAnswer()
        answer.add("key-package", MLSMessage.keyPackage(made.keyPackage).encoded)
        answer.add("reference", made.keyPackage.reference(provider: client.provider).bytes)
        return answer
    }

    private mutating func addPreSharedKey(_ arguments: PeerArguments) throws -> PeerAnswer {
        let name = try client(arguments).name
        let secret = SecretBytes(try arguments.bytes("secret"))
        clients[name]?.preSharedKeys[.external(id: try arguments.bytes("id"))] = secret
        return PeerAnswer()
    }

    private func externalSenders(_ arguments: PeerArguments) throws -> PeerAnswer {
        let senders = try arguments.names("clients").map { name in
            let client = try client(name)
            return ExternalSender(signatureKey: client.signer.publicKey, credential: client.credential)
        }
        let item = Extension.externalSenders(senders)
        var answer = PeerAnswer()
        answer.add("extension", "\(item.type.rawValue):\(Hexadecimal.digits(item.data))")
        return answer
    }

    /// From an hour ago, for clocks that disagree; 30 days unless the driver says otherwise.
    func lifetime(_ arguments: PeerArguments) throws -> Lifetime {
        Lifetime(from: now(), duration: try arguments.optionalNumber("lifetime") ?? 30 * 86_400)
    }
}
