package processing

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"clepsydra/internal/fault"
	"clepsydra/internal/workflow"
)

// Notice names one published version of the privacy statement in one language.
type Notice struct {
	Version  int    // counts from 1; the same number in every language published together
	Language string // nl, fr, de or en
	Hash     string // SHA-256 of the text, in hexadecimal: that of the plain text people can save
	At       time.Time
}

// Published is a version with its words. Nothing of it ever changes.
type Published struct {
	Notice
	Text  string // see Blocks
	Short string // for sign-up forms
	By    string // account
}

// NamedProcessor is somebody who handles data for the firm, in words that may be
// published. Ground is what protects the data outside the EEA (Art. 46 GDPR), such as
// an adequacy decision; empty: not known. Where is Nowhere while the country is not
// known.
type NamedProcessor struct {
	Name    string
	Country string // its name, in the language of the text
	Ground  string
	Where   Place
}

// NoticeFirm is what the statement says of the firm (Art. 13(1)(a) and (b)).
type NoticeFirm struct {
	Name, Street, Postcode, City string
	Country                      string // ISO 3166-1 alpha-2
	Email, Phone, Website        string
	CompanyNumber                string
	DPOName, DPOEmail, DPOPhone  string
	ContactName, ContactEmail    string
	ContactPhone                 string
}

// NoticeAuthority is where people may complain (Art. 13(2)(d)). Website and Address
// are empty when they are not known.
type NoticeAuthority struct{ Name, Website, Address string }

// NoticeInput is everything that the texts are made from.
type NoticeInput struct {
	Language   string
	Firm       NoticeFirm
	Authority  NoticeAuthority
	Record     Record
	Categories map[string]workflow.Text // names of the categories of data, by id
	// Processors are those of the whole firm; none: not known, and then the text says
	// nothing of transfers.
	Processors []NamedProcessor
	// Transfers are others outside the EEA who receive data; the name is the purpose.
	Transfers []NamedProcessor
}

// NoticeDraft is the texts as the record has them now.
type NoticeDraft struct {
	Language string
	Text     string
	Short    string
	Open     []NoticePoint
}

// Hash is the SHA-256 of the text, in hexadecimal.
func (d NoticeDraft) Hash() string { return hashOf(d.Text) }

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// NoticePoint is something the statement must say and the record does not know.
type NoticePoint struct {
	What      string    // such as "retention"
	Purpose   PurposeID // empty: not of a purpose
	Processor string    // its name; empty: not of a processor
	Mend      Mend
}

// Mend is where an open point is mended.
type Mend string

// The places.
const (
	MendInFirm   Mend = "firm"
	MendInPeople Mend = "people"
	MendInRecord Mend = "record"
	MendInFields Mend = "fields"
)

// Sort is what a block of a text is.
type Sort string

// The sorts. A boxed block stands out from the others (Art. 21(4) GDPR).
const (
	TitleBlock   Sort = "title"
	SectionBlock Sort = "section"
	PurposeBlock Sort = "purpose"
	ItemBlock    Sort = "item"
	BoxedBlock   Sort = "boxed"
	PlainBlock   Sort = "plain"
)

// Block is a heading, a paragraph or one item of a list.
type Block struct {
	Sort Sort
	Text string
}

// Blocks reads a text: each line is a block, and its first signs say which sort. The
// text is kept as it is, so that it can be hashed, compared and read without us.
func Blocks(text string) []Block {
	marks := []struct {
		mark string
		sort Sort
	}{{"### ", PurposeBlock}, {"## ", SectionBlock}, {"# ", TitleBlock}, {"- ", ItemBlock}, {"! ", BoxedBlock}}
	var out []Block
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		block := Block{PlainBlock, line}
		for _, m := range marks {
			if rest, ok := strings.CutPrefix(line, m.mark); ok {
				block = Block{m.sort, rest}
				break
			}
		}
		out = append(out, block)
	}
	return out
}

// Refusals of publishing.
var (
	ErrNoNotice      = fault.New(fault.NotFound, "notice.none")
	ErrNoticeSame    = fault.New(fault.Conflict, "notice.nothing_new")
	ErrNoticeChanged = fault.New(fault.Conflict, "notice.changed_meanwhile")
	ErrNoticeOpen    = fault.New(fault.Invalid, "notice.open_unknown").At("know")
)
