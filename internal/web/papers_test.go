package web

func testPapers() Papers { return nil }
