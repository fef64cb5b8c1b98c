package import CloudMLSAPI
package import ServerKit

// The fields in the order of their names, as an encoder that sorts them has them.

extension ChangesResponse {
    package func spell(in text: inout JSONText) {
        text.field("changes", changes) { change, text in
            text.object { text in
                text.field("cursor", change.cursor)
                text.field("deleted", change.deleted)
                text.field("name", change.name)
                text.field("revision", change.revision)
            }
        }
        text.field("cursor", cursor)
        text.field("more", more)
    }
}

extension ObjectsPage {
    package func spell(in text: inout JSONText) {
        if let count { text.field("count", count) }
        text.field("more", more)
        text.field("objects", objects) { object, text in
            text.object { text in
                text.field("deleted", object.deleted)
                if let keyID = object.keyID { text.field("keyID", keyID) }
                text.field("name", object.name)
                text.field("revision", object.revision)
                text.field("size", object.size)
            }
        }
    }
}
