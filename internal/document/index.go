package document

// Index says where each letter of a run is. Letters + Held is the number of letters
// handed over: nothing is lost without a word.
type Index struct {
	Letters []Entry
	Held    []Held
	Files   []File
	Sheets  int // sheets of paper in all files

	printed int
}

// Entry is one printed letter. Letter counts the letters of the run from 1, held
// ones included; File counts files from 1 (0 when each letter is its own file);
// FirstPage counts the pages of the file from 1; FirstSheet is the running number
// printed on its first page.
type Entry struct {
	Letter     int
	PersonRef  string
	File       int
	FirstPage  int
	Pages      int
	FirstSheet int
}

// Held is a letter that was not printed and why: a fault.List as CheckLetter gives.
type Held struct {
	Letter    int
	PersonRef string
	Reason    error
}

// File sums up one print file, for counting what the printer delivers.
type File struct {
	Number, Letters, Pages, FirstSheet, LastSheet int
}
