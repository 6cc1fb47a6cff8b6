package processing

import (
	"net/mail"
	"slices"
	"strings"
	"time"

	"clepsydra/internal/fault"
)

// TransferGround is why data may leave the EEA (Chapter V GDPR). Empty: not known yet.
type TransferGround string

// The grounds, in the order of the chapter.
const (
	ByAdequacy   TransferGround = "adequacy"   // Art. 45
	ByClauses    TransferGround = "scc"        // Art. 46(2)(c)
	ByRules      TransferGround = "bcr"        // Art. 47
	ByDerogation TransferGround = "derogation" // Art. 49
)

// TransferGrounds lists them.
func TransferGrounds() []TransferGround {
	return []TransferGround{ByAdequacy, ByClauses, ByRules, ByDerogation}
}

// Transfer is data that go to a country outside the EEA.
type Transfer struct {
	Country string         `json:"country" yaml:"country"` // ISO 3166-1 alpha-2
	Ground  TransferGround `json:"ground,omitempty" yaml:"ground"`
	Note    string         `json:"note,omitempty" yaml:"note"`
	// Processor is the name of him who stores the data there; empty: another recipient.
	Processor string `json:"processor,omitempty" yaml:"-"`
}

// Agreement says whether there is a contract with a processor (Art. 28(3)).
type Agreement string

// The answers; empty: not known yet.
const (
	HasAgreement Agreement = "yes"
	NoAgreement  Agreement = "no"
)

// ContractPaper is the contract with a processor. Days are "2006-01-02"; empty: not
// known, and for Ends also that it has no end.
type ContractPaper struct {
	Signed Agreement `json:"signed,omitempty"`
	On     string    `json:"on,omitempty"`
	Ends   string    `json:"ends,omitempty"`
	Points []string  `json:"points,omitempty"` // ids of the checklist that are in it
}

// Processor handles personal data for the firm (Art. 4(8)).
type Processor struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Country  string         `json:"country,omitempty"` // where the data are stored; empty: not known yet
	Ground   TransferGround `json:"ground,omitempty"`
	SubUsers string         `json:"sub_processors,omitempty"`
	NoSubs   bool           `json:"no_sub_processors,omitempty"`
	Contract ContractPaper  `json:"contract"`
	// Whom to ask about a breach, and within how many hours he tells the firm by
	// contract; 0: not agreed or not known.
	BreachMail  string    `json:"breach_mail,omitempty"`
	BreachPhone string    `json:"breach_phone,omitempty"`
	NoticeHours int       `json:"notice_hours,omitempty"`
	EndedAt     time.Time `json:"ended_at,omitzero"` // zero: in use
}

// IsInUse reports whether he still handles data for the firm.
func (p Processor) IsInUse() bool { return p.EndedAt.IsZero() }

// The refusals. A thing that is not known yet is never refused.
var (
	ErrNoProcessor  = fault.New(fault.NotFound, "record.no_processor")
	ErrPurposeGone  = fault.New(fault.NotFound, "record.no_purpose")
	ErrNoVersion    = fault.New(fault.NotFound, "record.no_version")
	ErrRecordName   = fault.New(fault.Invalid, "record.name_missing")
	ErrRecordLong   = fault.New(fault.Invalid, "record.too_long")
	ErrRecordChoice = fault.New(fault.Invalid, "record.choice_unknown")
	ErrRecordDay    = fault.New(fault.Invalid, "record.day_malformed")
	ErrRecordDays   = fault.New(fault.Invalid, "record.ends_before")
	ErrRecordHours  = fault.New(fault.Invalid, "record.hours_malformed")
	ErrRecordMonths = fault.New(fault.Invalid, "record.months_malformed")
	ErrRecordMail   = fault.New(fault.Invalid, "record.mail_malformed")
)

// longest is the most characters of one text of the record.
const longest = 2000

// Check says what cannot be accepted.
func (p Processor) Check(l Lists) error {
	var bad fault.List
	switch {
	case p.Name == "":
		bad.Add(ErrRecordName.At("name"))
	case len(p.Name) > 200:
		bad.Add(ErrRecordLong.At("name"))
	}
	if len(p.SubUsers) > longest {
		bad.Add(ErrRecordLong.At("subs"))
	}
	if p.Country != "" && !l.IsCountry(p.Country) {
		bad.Add(ErrRecordChoice.At("country"))
	}
	if p.Ground != "" && !slices.Contains(TransferGrounds(), p.Ground) {
		bad.Add(ErrRecordChoice.At("ground"))
	}
	if p.NoticeHours < 0 || p.NoticeHours > 720 {
		bad.Add(ErrRecordHours.At("hours"))
	}
	if p.BreachMail != "" && !isAddress(p.BreachMail) {
		bad.Add(ErrRecordMail.At("breach_mail"))
	}
	p.Contract.check(l, &bad)
	if len(bad) == 0 {
		return nil
	}
	return bad
}

// isAddress reports whether s is one bare mail address.
func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

func (c ContractPaper) check(l Lists, bad *fault.List) {
	if c.Signed != "" && c.Signed != HasAgreement && c.Signed != NoAgreement {
		bad.Add(ErrRecordChoice.At("signed"))
	}
	for _, id := range c.Points {
		if !Has(l.ContractPoints, id) {
			bad.Add(ErrRecordChoice.At("points"))
		}
	}
	days := 0
	for field, day := range map[string]string{"on": c.On, "ends": c.Ends} {
		if day == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			bad.Add(ErrRecordDay.At(field))
			continue
		}
		days++
	}
	if days == 2 && strings.Compare(c.Ends, c.On) < 0 {
		bad.Add(ErrRecordDays.At("ends"))
	}
}

// endsSoon is how many days before its end a contract is warned of.
const endsSoon = 60

// Warning is one thing to mend about a processor. Code is the end of the text key
// record.warn_<code>.
type Warning struct {
	Code   string   `json:"code"`
	Points []string `json:"points,omitempty"` // of the checklist, with contract_points
}

// Warnings says what is missing, the heaviest first, today being "2006-01-02" in the
// firm's zone. Nothing is said of one who is not used any more.
func (p Processor) Warnings(l Lists, today string) []Warning {
	if !p.IsInUse() {
		return nil
	}
	out := p.Contract.warnings(l, today)
	add := func(bad bool, code string) {
		if bad {
			out = append(out, Warning{Code: code})
		}
	}
	where := l.Where(p.Country, today)
	add(where == Nowhere, "country_unknown")
	add((where == ThirdCountry || where == Adequate) && p.Ground == "", "outside_without_ground")
	add(where == ThirdCountry && p.Ground == ByAdequacy, "adequacy_wrong")
	add(p.BreachMail == "" && p.BreachPhone == "", "no_breach_contact")
	add(p.NoticeHours == 0, "no_hours")
	add(p.SubUsers == "" && !p.NoSubs, "subs_unknown")
	return out
}

func (c ContractPaper) warnings(l Lists, today string) []Warning {
	if c.Signed != HasAgreement {
		code := "contract_unknown"
		if c.Signed == NoAgreement {
			code = "contract_missing"
		}
		return []Warning{{Code: code}}
	}
	var out []Warning
	if end, err := time.Parse(time.DateOnly, c.Ends); err == nil {
		now, _ := time.Parse(time.DateOnly, today)
		switch {
		case end.Before(now):
			out = append(out, Warning{Code: "contract_ended"})
		case !end.After(now.AddDate(0, 0, endsSoon)):
			out = append(out, Warning{Code: "contract_ends"})
		}
	}
	var missing []string
	for _, point := range l.ContractPoints {
		if !slices.Contains(c.Points, point.ID) {
			missing = append(missing, point.ID)
		}
	}
	if len(missing) > 0 {
		out = append(out, Warning{Code: "contract_points", Points: missing})
	}
	return out
}
