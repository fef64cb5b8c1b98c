package import Foundation

/// The folder that holds `Package.swift`, found from where this file was compiled, links resolved.
package let packageRoot: URL = URL(fileURLWithPath: #filePath)
    .resolvingSymlinksInPath()
    .deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()
