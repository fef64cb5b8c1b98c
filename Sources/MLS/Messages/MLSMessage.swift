public import MLSCodec

// struct {
//     ProtocolVersion version = mls10;
//     WireFormat wire_format;
//     select (MLSMessage.wire_format) {
//         case mls_public_message:  PublicMessage public_message;
//         case mls_private_message: PrivateMessage private_message;
//         case mls_welcome:         Welcome welcome;
//         case mls_group_info:      GroupInfo group_info;
//         case mls_key_package:     KeyPackage key_package;
//     };
// } MLSMessage;

/// Whatever MLS sends (RFC 9420 §6).
public indirect enum MLSMessage: Hashable, Sendable, MLSCodable {
    /// A proposal or commit that anybody can read (RFC 9420 §6.2).
    case publicMessage(PublicMessage)
    /// A proposal, a commit or application data, encrypted to the group (RFC 9420 §6.3).
    case privateMessage(PrivateMessage)
    /// For those whom a commit added (RFC 9420 §12.4.3.1).
    case welcome(Welcome)
    /// For those who join by themselves (RFC 9420 §12.4.3).
    case groupInfo(GroupInfo)
    /// For those who want to add a client (RFC 9420 §10).
    case keyPackage(KeyPackage)

    package var wireFormat: WireFormat {
        switch self {
        case .publicMessage: .publicMessage
        case .privateMessage: .privateMessage
        case .welcome: .welcome
        case .groupInfo: .groupInfo
        case .keyPackage: .keyPackage
        }
    }

    /// Writes the version and the wire format, then the message.
    public func encode(into writer: inout MLSWriter) {
        ProtocolVersion.mls10.encode(into: &writer)
        wireFormat.encode(into: &writer)
        switch self {
        case .publicMessage(let message): message.encode(into: &writer)
        case .privateMessage(let message): message.encode(into: &writer)
        case .welcome(let welcome): welcome.encode(into: &writer)
        case .groupInfo(let groupInfo): groupInfo.encode(into: &writer)
        case .keyPackage(let keyPackage): keyPackage.encode(into: &writer)
        }
    }

    /// Reads a message. Nothing about it is verified.
    ///
    /// - Throws: `invalidValue` for another version or an unknown wire format, and as any decoder.
    public init(from reader: inout MLSReader) throws(CodecError) {
        guard try ProtocolVersion(from: &reader) == .mls10 else {
            throw CodecError(.invalidValue, "MLSMessage.version")
        }
        switch try WireFormat(from: &reader) {
        case .publicMessage: self = .publicMessage(try PublicMessage(from: &reader))
        case .privateMessage: self = .privateMessage(try PrivateMessage(from: &reader))
        case .welcome: self = .welcome(try Welcome(from: &reader))
        case .groupInfo: self = .groupInfo(try GroupInfo(from: &reader))
        case .keyPackage: self = .keyPackage(try KeyPackage(from: &reader))
        }
    }

    /// What anybody can read of a message to a group; `nil` for Welcomes, GroupInfos and KeyPackages.
    public var header: Header? {
        switch self {
        case .publicMessage(let message):
            Header(
                groupID: message.content.groupID, epoch: message.content.epoch,
                contentType: message.content.body.type, authenticatedData: message.content.authenticatedData)
        case .privateMessage(let message):
            Header(
                groupID: message.groupID, epoch: message.epoch, contentType: message.contentType,
                authenticatedData: message.authenticatedData)
        case .welcome, .groupInfo, .keyPackage:
            nil
        }
    }

    /// The open part of a message to a group. A non-member cannot check it.
    public struct Header: Hashable, Sendable {
        /// The group that it is for.
        public var groupID: [UInt8]
        /// The epoch that it was sent in.
        public var epoch: UInt64
        /// Whether it is a proposal, a commit or application data.
        public var contentType: ContentType
        /// What the sender attached in the open; the signature covers it.
        public var authenticatedData: [UInt8]
    }
}
