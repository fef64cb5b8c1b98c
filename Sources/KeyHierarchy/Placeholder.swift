// KeyHierarchy
