package import KeyHierarchy

/// Which addresses a login may have been signed for.
///
/// A phishing server that passes a login on had it signed for its own address, which is not one of these. Loopback and
/// private addresses are taken, since there a server cannot know by which of them it is reached.
package struct OriginPolicy: Sendable {
    private let publicURLs: Set<Origin>

    package init(publicURLs: [Origin]) { self.publicURLs = Set(publicURLs) }

    package func allows(_ origin: Origin) -> Bool { publicURLs.contains(origin) || origin.isLocal }
}
