package notification

import "clepsydra/internal/workflow"

// Row is one question with its answer, ready to be read, copied or printed. Label and
// Text are in the language of the notification.
type Row struct {
	ID       string `json:"id"` // of the question on the form
	Number   string `json:"number"`
	Label    string `json:"label"`
	Article  string `json:"article,omitempty"`
	State    State  `json:"state"`
	Text     string `json:"text"`
	First    bool   `json:"first,omitempty"`    // compulsory in a first notification
	Identify bool   `json:"identify,omitempty"` // says which notification it is; never left out
	Changed  bool   `json:"changed,omitempty"`  // since the version that was filed
	Before   string `json:"before,omitempty"`   // what that version said
	// What follows serves the page that answers and is not part of what is filed.
	Hint      string              `json:"-"`
	Kind      workflow.FieldKind  `json:"-"`
	Stored    string              `json:"-"` // id under which a typed answer is kept
	Raw       string              `json:"-"` // the typed text or options as stored, or the fact to begin from
	IsTyped   bool                `json:"-"` // somebody typed it: it does not follow from the facts
	Fixed     bool                `json:"-"` // changed at its origin, not here
	Origin    workflow.FactOrigin `json:"-"` // where the fact comes from; empty: there is none
	Options   []Pick              `json:"-"`
	Max       int                 `json:"-"` // characters; 0: any
	MaxKnown  bool                `json:"-"` // false: a careful guess
	Over      int                 `json:"-"` // characters too many
	Misfit    bool                `json:"-"` // not in the form the authority wants, such as eight digits
	Certainty workflow.Certainty  `json:"-"`
}

// Pick is one option of a question as the page offers it.
type Pick struct {
	Value string // what is stored when it is picked
	Label string
	On    bool
}

// IsReady reports whether the row can be filed as it stands.
func (r Row) IsReady() bool { return r.State != Missing && r.Over == 0 && !r.Misfit }

// Chapter is a group of the form with its rows.
type Chapter struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Title  string `json:"title"`
	Rows   []Row  `json:"rows"`

	Certainty workflow.Certainty `json:"-"`
}

// Dossier is the whole notification in the order of the form.
type Dossier struct {
	Authority string    `json:"authority"`
	Language  string    `json:"language"`
	Reference string    `json:"reference"`
	Phase     string    `json:"phase"`
	Since     int       `json:"since,omitempty"` // version of the filed paper it was compared with; 0: none
	Chapters  []Chapter `json:"chapters"`
}

// Rows lists all rows in their order.
func (d Dossier) Rows() []Row {
	var out []Row
	for _, c := range d.Chapters {
		out = append(out, c.Rows...)
	}
	return out
}

// Row returns a row by the id of its question; false when it is not asked.
func (d Dossier) Row(id string) (Row, bool) {
	for _, r := range d.Rows() {
		if r.ID == id {
			return r, true
		}
	}
	return Row{}, false
}

// Progress counts the rows that can be filed as they stand, among all.
func (d Dossier) Progress() (ready, total int) {
	for _, r := range d.Rows() {
		total++
		if r.IsReady() {
			ready++
		}
	}
	return ready, total
}

// Advice says whether there is enough to file and what may follow (Art. 33(4)).
type Advice struct {
	Missing []Row // compulsory in a first notification, and not answered or not fit
	Later   []Row // may follow in a supplement
}

// IsEnough reports whether nothing compulsory is missing.
func (a Advice) IsEnough() bool { return len(a.Missing) == 0 }

// Advise sorts what is not answered into what a first notification needs and what
// may follow.
func (d Dossier) Advise() Advice {
	var out Advice
	for _, r := range d.Rows() {
		switch {
		case r.First && !r.IsReady():
			out.Missing = append(out.Missing, r)
		case r.State == Missing || r.State.IsOpen():
			out.Later = append(out.Later, r)
		}
	}
	return out
}

// Compare marks the rows that changed since a version that was filed. Versions in
// another language, or for another authority, cannot be compared: false.
func (d Dossier) Compare(filed Dossier, version int) (Dossier, bool) {
	if filed.Language != d.Language || filed.Authority != d.Authority {
		return d, false
	}
	before := make(map[string]Row)
	for _, r := range filed.Rows() {
		before[r.ID] = r
	}
	out := d
	out.Since, out.Chapters = version, nil
	for _, c := range d.Chapters {
		rows := make([]Row, len(c.Rows))
		for k, r := range c.Rows {
			old, asked := before[r.ID]
			r.Changed = old.Text != r.Text || !asked && r.State != Missing
			if r.Changed {
				r.Before = old.Text
			}
			rows[k] = r
		}
		c.Rows = rows
		out.Chapters = append(out.Chapters, c)
	}
	return out, true
}

// OnlyChanged leaves the rows that changed and those that say which notification it
// is. A dossier that was not compared stays whole.
func (d Dossier) OnlyChanged() Dossier {
	if d.Since == 0 {
		return d
	}
	out := d
	out.Chapters = nil
	for _, c := range d.Chapters {
		var rows []Row
		for _, r := range c.Rows {
			if r.Changed || r.Identify {
				rows = append(rows, r)
			}
		}
		if len(rows) > 0 {
			c.Rows = rows
			out.Chapters = append(out.Chapters, c)
		}
	}
	return out
}
