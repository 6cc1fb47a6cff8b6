package demo

import (
	"time"

	"clepsydra/internal/incident"
)

// life is what happens to one incident of the demonstration. Durations count from
// its report, Filed and what comes after from awareness; zero means: not yet, or
// never. Ago is how long before the present it was reported.
type life struct {
	Ago      time.Duration
	Scenario string
	Text     string
	Reporter string
	Noticed  time.Duration // before the report
	Occurred time.Duration // before the report

	Judged  time.Duration
	Verdict incident.Verdict
	Kinds   incident.Kinds
	Reason  string
	Title   string
	Data    []string
	People  int // about; 0: not known

	Aware       time.Duration
	AwareReason string
	Contained   time.Duration
	Risked      time.Duration
	Risk        incident.Risk
	RiskReason  string
	Advice      string            // of the data protection officer
	Assessed    map[string]string // answers to the questions on the risk: options with commas between
	Differs     string            // why the decision is another than advised

	Freeze   int // how many customers are affected; -1: everybody
	Taken    bool
	Approved bool // the notification
	Letters  bool // printed and posted
	Filed    time.Duration
	Late     string
	Closed   time.Duration
	Lessons  string
}

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

func leaked() incident.Kinds { return incident.Kinds{Confidentiality: true} }

// lives are the incidents as they stand today: two new reports, four running
// clocks, one told and one false alarm. The past year is in pastLives.
func lives() []life {
	return []life{
		{
			Ago: 66*hour + 30*time.Minute, Scenario: "wrong_recipient_mail", Reporter: "Winkel Gent", Noticed: 20 * time.Minute, Occurred: time.Hour,
			Text:   "Ik heb de lijst met alle bestellingen naar de verkeerde groothandel gemaild. Het bestand zat als bijlage bij de mail.",
			Judged: 40 * time.Minute, Verdict: incident.Breach, Kinds: leaked(), Title: "Bestellijst naar de verkeerde groothandel gemaild",
			Reason: "De bijlage bevat namen, adressen en bestellingen van al onze klanten en is bij een vreemde aangekomen.",
			Data:   []string{"name", "contact_email", "postal_address", "order_history"},
			Aware:  78 * time.Minute, AwareReason: "De groothandel bevestigde aan de telefoon dat hij het bestand geopend heeft.",
			Risked: 5 * hour, Risk: incident.HighRiskLikely, RiskReason: "Alle klanten, met adres en bestelgedrag; de ontvanger is een concurrent en wil niet bevestigen dat hij het bestand wist.",
			Advice: "Ik adviseer de klanten te schrijven: de ontvanger werkt niet mee.",
			Assessed: map[string]string{
				"personal": "yes", "intent": "no", "volume": "little", "simple_tells": "nothing", "behaviour_tells": "some", "identify": "certainly",
				"public_before": "no", "protection": "none", "holder": "known_few", "recipient_confirmed": "no", "people": "1800", "persons": "",
				"harm": "nuisance,phishing", "done": "stopped,asked_deletion",
			},
			Differs:   "De ontvanger is een concurrent die niet wil bevestigen; wij schrijven de klanten liever wel.",
			Contained: 22*hour + 20*time.Minute, Freeze: -1, Taken: true,
		},
		{
			Ago: 42 * hour, Scenario: "device_lost", Reporter: "Karel, leveringen", Noticed: 30 * time.Minute,
			Text:   "De laptop is uit de bestelwagen gestolen op de parking. Ik weet niet of de schijf versleuteld is.",
			Judged: 35 * time.Minute, Verdict: incident.Breach, Kinds: incident.Kinds{Confidentiality: true, Availability: true}, Title: "Laptop gestolen uit de bestelwagen",
			Reason: "Op de laptop staan de leveringslijsten met namen en adressen.", Data: []string{"name", "postal_address", "phone"}, People: 320,
			Aware: 66 * time.Minute, AwareReason: "Karel bevestigde dat de leveringslijsten van deze week op de laptop staan.", Taken: true,
			Risked: 3 * hour,
			Assessed: map[string]string{
				"personal": "yes", "intent": "theft", "volume": "little", "simple_tells": "nothing", "identify": "certainly", "public_before": "no",
				"protection": "unknown", "holder": "unknown_people", "persons": "", "lasting": "restored", "gap": "none", "done": "police",
			},
		},
		{
			Ago: 9 * hour, Scenario: "account_hacked", Reporter: "", Noticed: time.Hour,
			Text:   "Een klant kreeg vanuit onze mailbox een valse factuur met een ander rekeningnummer.",
			Judged: 30 * time.Minute, Verdict: incident.Breach, Kinds: incident.Kinds{Confidentiality: true, Integrity: true}, Title: "Valse facturen uit onze mailbox",
			Reason: "Iemand is in de mailbox van de verkoop geweest.", Data: []string{"name", "contact_email", "correspondence"},
			Aware: 2 * hour, AwareReason: "In de mailbox staat een doorstuurregel die niemand van ons maakte.",
			Contained: 3 * hour, Risked: 6 * hour, Risk: incident.RiskLikely, RiskReason: "Klanten kunnen een valse factuur betalen; het gaat om tien adressen.", Approved: true,
		},
		{
			Ago: 80 * hour, Scenario: "wrong_recipient_post", Reporter: "Kassa", Noticed: time.Hour,
			Text:   "Twee klantenkaarten zijn in de verkeerde envelop gestoken en verstuurd.",
			Judged: time.Hour, Verdict: incident.Breach, Kinds: leaked(), Reason: "De kaart draagt naam, adres en klantnummer.", Data: []string{"name", "postal_address", "customer_number"}, People: 2,
			Aware: 90 * time.Minute, AwareReason: "Een klant belde dat hij de kaart van iemand anders kreeg.", Taken: true,
			Contained: 20 * hour, Risked: 3 * hour, Risk: incident.RiskLikely, RiskReason: "Met de kaart kan op rekening van een ander gekocht worden.", Approved: true, Filed: 26 * hour,
		},
		{
			Ago: 4 * hour, Scenario: "phishing", Reporter: "Boekhouding", Text: "Ik heb op een link in een mail van de bank geklikt en mijn wachtwoord ingevuld.",
			Judged: 50 * time.Minute, Verdict: incident.Breach, Kinds: leaked(), Reason: "Met dit wachtwoord kon iemand in de boekhouding.", Data: []string{"name", "bank_account"},
		},
		{
			Ago: 2 * hour, Scenario: "account_hacked", Reporter: "Telefoon", Noticed: 3 * hour,
			Text: "Een klant zegt dat iemand anders op zijn account heeft ingelogd.\nHij kreeg een bevestiging van een bestelling die hij niet plaatste.",
		},
		{
			Ago: 38 * time.Minute, Scenario: "open_cc", Reporter: "Winkel Deinze", Noticed: 10 * time.Minute,
			Text: "De nieuwsbrief is met alle adressen in CC verstuurd.",
		},
		{
			Ago: 8 * day, Scenario: "phishing", Reporter: "Keuken", Text: "Er kwam een rare mail over een pakje. Ik heb niets aangeklikt.",
			Judged: 25 * time.Minute, Verdict: incident.FalseAlarm, Reason: "Er werd niets aangeklikt en niets ingevuld. Goed gezien en goed gemeld.",
		},
	}
}

// pastLives are the breaches of the last year, all told within 72 hours, and one
// of the year before that was told late with its reason.
func pastLives() []life {
	hours := []int{26, 18, 40, 23, 29, 53, 25, 31, 20, 28, 22}
	texts := []struct{ scenario, text, data string }{
		{"wrong_recipient_mail", "Een offerte ging naar een klant met dezelfde familienaam.", "name"},
		{"open_cc", "Een uitnodiging werd met veertig adressen in CC verstuurd.", "contact_email"},
		{"supplier", "De webwinkel van onze leverancier werd gekraakt.", "account_login"},
		{"wrong_eyes", "Een jobstudent kon de loonlijst openen.", "name"},
		{"paper_lost", "De map met de bestellingen van zaterdag is weg.", "postal_address"},
		{"ransomware", "De kassa vraagt losgeld en niets gaat nog open.", "order_history"},
		{"wrong_recipient_post", "Een factuur zat in de envelop van de buren.", "postal_address"},
		{"device_lost", "De gsm van de winkel bleef op de trein liggen.", "phone"},
		{"account_hacked", "De mailbox van de keuken verstuurde reclame.", "correspondence"},
		{"wrong_recipient_mail", "De lijst van de kookcursus ging naar de verkeerde lesgever.", "contact_email"},
		{"wrong_eyes", "De gedeelde map met klantfoto's stond open voor iedereen.", "photo"},
	}
	out := []life{pastLife(400*day, 80, texts[0].scenario, "Een bestelbon met medische dieetgegevens ging naar een andere klant.", "health")}
	out[0].Late = "De melding bleef liggen omdat de verantwoordelijke ziek was en niemand hem verving. Sindsdien is er een vervanger."
	for k, t := range texts {
		out = append(out, pastLife(time.Duration(352-31*k)*day, hours[k], t.scenario, t.text, t.data))
	}
	out[2].Assessed = map[string]string{
		"personal": "yes", "intent": "no", "volume": "little", "simple_tells": "nothing", "identify": "probably", "public_before": "no",
		"protection": "none", "holder": "known_many", "people": "40", "persons": "", "harm": "nuisance",
	}
	out[2].Differs = "Het was de tweede keer dit jaar; wij meldden het toch."
	letters := &out[6] // the ransomware
	letters.Risk, letters.Freeze, letters.Letters = incident.HighRiskLikely, 120, true
	letters.RiskReason = "De bestanden zijn gekopieerd voor ze vergrendeld werden."
	letters.Closed = 12 * day
	return out
}

func pastLife(ago time.Duration, hours int, scenario, text, data string) life {
	return life{
		Ago: ago, Scenario: scenario, Text: text, Reporter: "Winkel", Noticed: time.Hour, Judged: time.Hour, Verdict: incident.Breach, Kinds: leaked(),
		Reason: "Gegevens van klanten kwamen bij iemand terecht voor wie ze niet bestemd waren.", Data: []string{"name", data}, People: 3 + hours,
		Aware: 2 * hour, AwareReason: "De eerste controle bevestigde welke gegevens het waren.", Taken: true,
		Contained: 3 * hour, Risked: 4 * hour, Risk: incident.RiskLikely, RiskReason: "De gegevens kunnen misbruikt worden voor valse berichten.",
		Approved: true, Filed: time.Duration(hours) * hour, Closed: 6 * day, Lessons: "Werkwijze aangepast en met het team besproken.",
	}
}
