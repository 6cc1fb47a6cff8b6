package document_test

import (
	"fmt"
	"time"

	"clepsydra/internal/document"
)

var created = time.Date(2026, time.June, 14, 9, 0, 0, 0, time.UTC)

func sampleForm() document.Form {
	f := document.Form{
		Title: "Melding van een gegevenslek", Subtitle: "Gegevensbeschermingsautoriteit · eerste melding · art. 33 AVG",
		Language:   "nl",
		Intro:      []string{"Voorbereiding van het webformulier, in de volgorde van het formulier. Dit papier is zelf geen melding: de melding is gedaan wanneer de ontvangstcode is geregistreerd."},
		Letterhead: document.SampleRun().Letterhead, MissingText: "Ontbreekt", Created: created,
		Stamp: document.Stamp{Mark: document.Draft, Text: "ONTWERP", Reference: "INC-2026-0012", Version: "v2",
			Hash: "9f2c4e81b7d05a36", PageOf: "Blad %d van %d"},
	}
	titles := []string{"Melding", "Verwerkingsverantwoordelijke", "Melder", "Contactpunt", "Tijdlijn", "Aard van het lek", "Betrokkenen"}
	n := 0
	for i, title := range titles {
		s := document.Section{Number: fmt.Sprint(i + 1), Title: title}
		for j := range 4 {
			n++
			r := document.Row{Number: fmt.Sprintf("%d.%d", i+1, j+1), Label: "Wanneer heeft u kennis gekregen van de inbreuk?",
				Article: "art. 33(1)", Value: []string{"12 juni 2026 om 18.45 uur (Europe/Brussels)"}}
			switch n % 5 {
			case 0:
				r.Missing, r.Value, r.Note = true, nil, "Verplicht veld. Mag in een eerste melding als “nog niet bekend” worden ingevuld."
			case 2:
				r.Label, r.Article = "Samenvatting", ""
				r.Value = []string{"Een medewerker heeft het bestand van de nieuwsbrief naar een verkeerd adres gemaild. De ontvanger heeft het bericht gewist en dat schriftelijk bevestigd 😀.", "Het bestand bevat naam, e-mailadres en de laatste drie bestellingen van 1.800 klanten."}
				r.Note = "Maximaal 4000 tekens in het webformulier."
			}
			s.Rows = append(s.Rows, r)
		}
		f.Sections = append(f.Sections, s)
	}
	return f
}

func sampleTable(rows, columns int) document.Table {
	heads := []string{"Nummer", "Titel", "Ontdekt", "Bewust", "Aard", "Oorzaak", "Personen", "Risico", "Gemeld", "Besluit en reden"}
	cells := []string{"INC-2026-%04d", "Nieuwsbrief naar verkeerd adres", "2026-06-12", "2026-06-12T16:45:00Z", "vertrouwelijkheid", "menselijke fout", "1800", "hoog", "ja", "Gemeld omdat de gegevens van 1.800 klanten bij een onbekende ontvanger zijn beland en niet vaststaat dat zij gewist zijn."}
	t := document.Table{Title: "Register van gegevenslekken", Subtitle: "Art. 33(5) AVG · Hoeve Ter Linde", Language: "nl", Created: created,
		Stamp: document.Stamp{Mark: document.Final, Text: "DEFINITIEF", Reference: "REG-2026", Version: "v1", Hash: "00aa11bb22cc33dd", PageOf: "Blad %d van %d"}}
	for i := range columns {
		c := document.Column{Title: heads[i%len(heads)], Width: 1}
		switch i % len(heads) {
		case 1:
			c.Width = 2
		case 2, 3:
			c.Kind = document.Date
		case 6:
			c.Kind = document.Number
		case 9:
			c.Width = 3
		}
		t.Columns = append(t.Columns, c)
	}
	for n := range rows {
		r := make([]string, columns)
		for i := range r {
			r[i] = cells[i%len(cells)]
		}
		r[0] = fmt.Sprintf(cells[0], n+1)
		t.Rows = append(t.Rows, r)
	}
	return t
}
