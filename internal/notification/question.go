// Package notification is what the authority is told (Art. 33 GDPR): the
// questions in the order of the EDPB's common template with the front data of
// the national form, the answers taken from the facts, and what is missing.
//
// The template is version 1.0 of June 2026, adopted for consultation; each
// question carries its row number there. A notification may be incomplete at
// first (Art. 33(4)): "not known yet" and "under investigation" are answers.
package notification

// Section is a chapter of the template.
type Section struct {
	ID        string // translation key: notification.s_<id>
	Number    string
	Questions []Question
}

// Question is one row of the template. Text says how it is answered: from the
// facts of the case, or typed. First marks what a first notification should not
// go without.
type Question struct {
	ID      string // translation key: notification.q_<id>
	Row     int    // row of the EDPB template
	Article string
	Typed   bool     // a responder answers it; else it follows from the facts
	First   bool     // wanted in the first notification already
	Options []string // closed list: notification.o_<id>_<option>; empty: free text
}

// Sections returns the template in its order, as far as this product asks it. The
// rows left out are conditional on answers that a small firm does not give
// (several controllers, representatives of firms outside the EEA).
func Sections() []Section {
	return []Section{
		{"notification", "1", []Question{
			{ID: "type", Row: 3, First: true}, {ID: "completeness", Row: 4, First: true},
			{ID: "earlier", Row: 6}, {ID: "own_reference", Row: 7, First: true},
		}},
		{"controller", "2", []Question{
			{ID: "company_number", Row: 11, First: true}, {ID: "controller", Row: 12, First: true, Article: "33(3)(b)"},
			{ID: "controller_contact", Row: 13, First: true},
			{ID: "sector", Row: 14, Typed: true, Options: []string{"private", "public"}},
			{ID: "size", Row: 15, Typed: true, Options: []string{"micro", "sme", "large", "other"}},
			{ID: "activity", Row: 17, Typed: true},
		}},
		{"reporter", "3", []Question{
			{ID: "reporter", Row: 21, First: true}, {ID: "reporter_contact", Row: 22, First: true},
			{ID: "reporter_function", Row: 23, Typed: true, Options: []string{"dpo", "representative", "authorised"}},
		}},
		{"contact", "4", []Question{
			{ID: "dpo_designated", Row: 29}, {ID: "dpo", Row: 30, Article: "33(3)(b)"},
			{ID: "contact_point", Row: 33, First: true, Article: "33(3)(b)"},
		}},
		{"others", "5", []Question{
			{ID: "others_involved", Row: 38, Typed: true, Options: []string{"yes", "no"}},
			{ID: "others_who", Row: 40, Typed: true},
		}},
		{"timeline", "6", []Question{
			{ID: "when", Row: 44, First: true}, {ID: "aware", Row: 48, First: true, Article: "33(1)"},
			{ID: "late_reason", Row: 49, Typed: true, Article: "33(1)"},
			{ID: "discovered", Row: 50, Typed: true, Options: []string{"own", "processor", "data_subject", "external", "press", "other"}},
			{ID: "discovered_how", Row: 51, Typed: true}, {ID: "told", Row: 52, Article: "33(2)"},
		}},
		{"breach", "7", []Question{
			{ID: "kinds", Row: 55, First: true, Article: "33(3)(a)"}, {ID: "incident", Row: 60, First: true, Article: "33(3)(a)"},
			{ID: "cause", Row: 61, Typed: true, Options: []string{"internal_not_malicious", "internal_malicious", "external_not_malicious", "external_malicious", "to_be_determined", "unknown"}},
			{ID: "description", Row: 62, First: true, Article: "33(3)(a)"}, {ID: "systems", Row: 63, Typed: true},
		}},
		{"persons", "8", []Question{
			{ID: "persons", Row: 65, Typed: true, First: true, Article: "33(3)(a)"},
			{ID: "persons_number", Row: 68, First: true, Article: "33(3)(a)"},
		}},
		{"data", "9", []Question{
			{ID: "data", Row: 70, First: true, Article: "33(3)(a)"}, {ID: "special", Row: 71},
			{ID: "records", Row: 73, Typed: true, Article: "33(3)(a)"},
		}},
		{"before", "10", []Question{{ID: "before", Row: 76, Typed: true}}},
		{"consequences", "11", []Question{
			{ID: "consequences", Row: 85, Typed: true, First: true, Article: "33(3)(c)"},
			{ID: "severity", Row: 87, Typed: true, Options: []string{"minor", "moderate", "severe", "to_be_determined"}},
		}},
		{"risk", "12", []Question{{ID: "risk", Row: 89, First: true}, {ID: "risk_method", Row: 90}}},
		{"after", "13", []Question{
			{ID: "measures", Row: 92, Typed: true, First: true, Article: "33(3)(d)"},
			{ID: "prevention", Row: 94, Typed: true, Article: "33(3)(d)"},
		}},
		{"people", "14", []Question{
			{ID: "people_told", Row: 97, Article: "34"}, {ID: "people_number", Row: 102, Article: "34"},
			{ID: "people_means", Row: 104, Article: "34"}, {ID: "people_content", Row: 106, Article: "34(2)"},
		}},
		{"other", "15", []Question{
			{ID: "police", Row: 109, Typed: true, Options: []string{"yes", "no", "planned"}},
			{ID: "supervisors", Row: 110, Typed: true}, {ID: "cross_border", Row: 113, Typed: true, Options: []string{"yes", "no", "unknown"}},
			{ID: "countries", Row: 116}, {ID: "attachments", Row: 125, Typed: true},
		}},
	}
}

// TypedQuestion returns the question with that id when a responder may answer
// it; false otherwise.
func TypedQuestion(id string) (Question, bool) {
	for _, s := range Sections() {
		for _, q := range s.Questions {
			if q.ID == id {
				return q, q.Typed
			}
		}
	}
	return Question{}, false
}
