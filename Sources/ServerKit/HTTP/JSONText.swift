package import CloudMLSAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// JSON that is spelled out, for answers of many rows and for the one that every write gets: an encoder shows in the
/// profile of both.
package struct JSONText {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    /// An object: `fields` adds what is in it.
    package mutating func object(_ fields: (inout JSONText) -> Void) {
        begin(0x7b)
        fields(&self)
        end(0x7d)
    }

    /// A field of an object, which is an array: `spell` adds one value for each element.
    package mutating func field<Element>(
        _ name: StaticString, _ elements: [Element], _ spell: (Element, inout JSONText) -> Void
    ) {
        key(name)
        begin(0x5b)
        for element in elements { spell(element, &self) }
        end(0x5d)
    }

    package mutating func field(_ name: StaticString, _ number: some UnsignedInteger) {
        key(name)
        bytes += String(number).utf8
    }

    package mutating func field(_ name: StaticString, _ isTrue: Bool) {
        key(name)
        bytes += (isTrue ? "true" : "false").utf8
    }

    package mutating func field(_ name: StaticString, _ value: Bytes) {
        key(name)
        bytes.append(0x22)
        bytes += Data(value.array).base64EncodedString().utf8
        bytes.append(0x22)
    }

    /// - Parameter name: one that needs no escapes.
    private mutating func key(_ name: StaticString) {
        separate()
        bytes.append(0x22)
        name.withUTF8Buffer { bytes += $0 }
        bytes.append(0x22)
        bytes.append(0x3a)
    }

    private mutating func begin(_ bracket: UInt8) {
        if bytes.last != 0x3a { separate() }
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(0x2c) }
        needsComma = true
    }
}

extension WriteResult {
    package func spell(in text: inout JSONText) { text.field("revision", revision) }
}
