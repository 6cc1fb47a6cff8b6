package web

// note is a short page for somebody without an account: what happened, or one thing
// to decide with a button. A link opened by a mail scanner decides nothing: only the
// button does.
type note struct {
	Title   string
	Text    []string
	Done    bool // it went well
	Action  string
	Buttons []noteButton
	Link    string
	Label   string // of the link
}

// noteButton sends the form of a note.
type noteButton struct {
	Label   string
	Value   string // of the field "answer"
	Primary bool
}
