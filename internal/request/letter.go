package request

import (
	"strings"
	"time"
)

// Letter is a letter to the person in finished words.
type Letter struct {
	Language  string
	Recipient []string
	Date      string
	Reference string
	Subject   string
	Greeting  string
	Blocks    []Block
	Closing   []string
}

// Block is a part of a letter: heading and list may be missing.
type Block struct {
	Heading    string
	Paragraphs []string
	Bullets    []string
}

// Sender is what a letter says of the firm and its authority.
type Sender struct {
	Firm      string
	Contact   string // telephone and mail, in one line
	Authority string
	AuthURL   string
}

// Letters write to the person in one language.
type Letters struct {
	R       Request
	Law     Law
	From    Sender
	To      []string // address lines; empty: the name alone
	Link    string   // of the identity check or the copy; empty: none
	Until   time.Time
	Copy    bool // a copy of the data goes with the answer
	ByMail  bool
	Now     time.Time
	DueAt   time.Time // the end that an extension gives
	W       Words
	Lang    string
	Written string // place and day
}

func (l Letters) begin(subject string) Letter {
	w := l.W
	out := Letter{
		Language: l.Lang, Recipient: l.To, Date: l.Written, Reference: w.T("request_letter.reference", map[string]any{"Ref": l.R.Ref}),
		Subject: w.T("request_letter."+subject, map[string]any{"Ref": l.R.Ref}),
		Closing: []string{w.T("request_letter.closing", nil), l.From.Firm},
	}
	out.Greeting = w.T("request_letter.greeting", nil)
	if l.R.Name != "" {
		out.Greeting = w.T("request_letter.greeting_name", map[string]any{"Name": l.R.Name})
	}
	return out
}

func (l Letters) say(key string, pairs ...any) string {
	args := map[string]any{"Firm": l.From.Firm, "Ref": l.R.Ref, "Received": l.W.Date(l.R.ReceivedAt)}
	for k := 0; k+1 < len(pairs); k += 2 {
		args[pairs[k].(string)] = pairs[k+1]
	}
	return l.W.T("request_letter."+key, args)
}

// Identity asks who it is: by the link, or for something only the person knows. It
// always says that no copy of an identity card is wanted.
func (l Letters) Identity() Letter {
	out := l.begin("identity_subject")
	b := Block{Paragraphs: []string{l.say("identity_intro")}}
	if l.R.Identity.Method == MailLoop {
		b.Paragraphs = append(b.Paragraphs, l.say("identity_loop", "Until", l.W.Date(l.Until)), l.Link, l.say("identity_not_you"))
	} else {
		b.Paragraphs = append(b.Paragraphs, l.say("identity_question"))
		b.Bullets = []string{l.W.T("requests.question_"+l.R.Identity.Question, nil)}
	}
	out.Blocks = append(out.Blocks, b, Block{Paragraphs: compact(l.say("identity_no_card"), l.paused())})
	return l.withContact(out)
}

func (l Letters) paused() string {
	if l.R.IsPaused() {
		return l.say("identity_paused")
	}
	return ""
}

// Extension says that two months more are needed and why (Art. 12(3)).
func (l Letters) Extension() Letter {
	out := l.begin("extension_subject")
	out.Blocks = append(out.Blocks,
		Block{Paragraphs: []string{l.say("extension_intro"), l.say("extension_why"), l.R.ExtensionReason, l.say("extension_until", "Due", l.W.Date(l.DueAt.Add(-time.Second)))}},
		l.complaint())
	return l.withContact(out)
}

// Lifting says that a restriction ends, before it does (Art. 18(3)).
func (l Letters) Lifting(reason string) Letter {
	out := l.begin("lifting_subject")
	out.Blocks = append(out.Blocks, Block{Paragraphs: compact(l.say("lifting_intro"), reason)}, l.complaint())
	return l.withContact(out)
}

// Answer tells what became of every part, why something was refused, who was told, and
// where the person can complain (Art. 12(3) and (4), 19).
func (l Letters) Answer() Letter {
	out := l.begin("answer_subject")
	intro := Block{Paragraphs: []string{l.say("answer_intro")}}
	if l.R.LateReason != "" {
		intro.Paragraphs = append(intro.Paragraphs, l.say("answer_late", "Reason", l.R.LateReason))
	}
	out.Blocks = append(out.Blocks, intro)
	for _, i := range l.R.Items {
		out.Blocks = append(out.Blocks, l.item(i))
	}
	if b, ok := l.copyBlock(); ok {
		out.Blocks = append(out.Blocks, b)
	}
	if b, ok := l.recipients(); ok {
		out.Blocks = append(out.Blocks, b)
	}
	if l.R.Note != "" {
		out.Blocks = append(out.Blocks, Block{Paragraphs: strings.Split(l.R.Note, "\n")})
	}
	out.Blocks = append(out.Blocks, l.complaint())
	return l.withContact(out)
}

// item is what became of one part.
func (l Letters) item(i Item) Block {
	b := Block{Heading: l.W.T("requests.kind_"+string(i.Kind), nil)}
	b.Paragraphs = append(b.Paragraphs, l.say(string(i.Kind)+"_"+string(i.Outcome)))
	if g, ok := l.Law.Ground(i.Ground); ok && (i.Outcome == Refused || i.Outcome == Partly) {
		b.Paragraphs = append(b.Paragraphs, l.say("ground", "Ground", l.W.T("requests.ground_"+g.ID, nil), "Article", g.Article))
	}
	if i.Reason != "" && i.Outcome != TakenBack {
		b.Paragraphs = append(b.Paragraphs, strings.Split(i.Reason, "\n")...)
	}
	return b
}

func (l Letters) copyBlock() (Block, bool) {
	switch {
	case !l.Copy:
		return Block{}, false
	case l.ByMail:
		return Block{Heading: l.say("copy"), Paragraphs: compact(l.say("copy_link", "Until", l.W.Date(l.Until)), l.Link, l.say("copy_what"))}, true
	}
	return Block{Heading: l.say("copy"), Paragraphs: []string{l.say("copy_enclosed"), l.say("copy_what")}}, true
}

// recipients says who else was told (Art. 19, last sentence).
func (l Letters) recipients() (Block, bool) {
	b := Block{Heading: l.say("told"), Paragraphs: []string{l.say("told_intro")}}
	for _, t := range l.R.Told {
		line := t.Recipient
		if t.Why != "" {
			line += ": " + t.Why
		}
		b.Bullets = append(b.Bullets, line)
	}
	return b, l.R.NeedsTelling() && len(b.Bullets) > 0
}

// complaint names the authority and the court; it stands in every answer.
func (l Letters) complaint() Block {
	p := []string{l.say("complaint", "Authority", l.From.Authority)}
	if l.From.AuthURL != "" {
		p[0] += " " + l.From.AuthURL
	}
	return Block{Heading: l.say("complaint_title"), Paragraphs: append(p, l.say("court"))}
}

func (l Letters) withContact(out Letter) Letter {
	if l.From.Contact != "" {
		out.Blocks = append(out.Blocks, Block{Paragraphs: []string{l.say("contact", "How", l.From.Contact)}})
	}
	return out
}

// Plain is the letter as the text of a mail.
func (l Letter) Plain() string {
	var b strings.Builder
	b.WriteString(l.Greeting + "\n")
	for _, block := range l.Blocks {
		b.WriteString("\n")
		if block.Heading != "" {
			b.WriteString(strings.ToUpper(block.Heading) + "\n")
		}
		for _, p := range block.Paragraphs {
			b.WriteString(p + "\n")
		}
		for _, p := range block.Bullets {
			b.WriteString("- " + p + "\n")
		}
	}
	b.WriteString("\n" + strings.Join(l.Closing, "\n") + "\n")
	return b.String()
}

func compact(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if strings.TrimSpace(p) != "" {
			out = append(out, p)
		}
	}
	return out
}
