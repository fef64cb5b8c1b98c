// KeyHierarchyTests
