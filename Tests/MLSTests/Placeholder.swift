// MLSTests
