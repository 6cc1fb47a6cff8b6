package demo

// region is where made-up customers of one language live: what they are called,
// and the streets and towns they have addresses in.
type region struct {
	language, country, land string
	phone                   string
	share                   int // of a hundred customers
	given, family, streets  []string
	towns                   []town
	numberFirst             bool // "12 rue X" instead of "X-straat 12"
}

// town is a postcode with its name.
type town struct{ postcode, name string }

// regions are those of a farm shop in East Flanders with a mailing list: most of
// its customers are Flemish, many from Brussels and Wallonia, some from abroad.
func regions() []region {
	return []region{flanders(), wallonia(), netherlands(), eupen(), france(), germany(), abroad()}
}

func flanders() region {
	return region{
		language: "nl", country: "BE", land: "Belgium", phone: "+32 47", share: 52,
		given: []string{"An", "Annelies", "Bart", "Björn", "Céleste", "Daan", "Els", "Fatiha", "Geert", "Hilde", "Inès", "Jelle", "Joëlle", "Karel",
			"Lieselot", "Loïc", "Marie-José", "Mieke", "Noël", "Pieter-Jan", "Renée", "Roos", "Siska", "Tine", "Wout", "Yasmine", "Zoë"},
		family: []string{"Peeters", "De Smet", "Van den Broeck", "D’Hondt", "Verhaeghe", "Maes", "Çelik", "Van Overmeire", "T’Jampens", "De Keyzer",
			"Vandenbussche", "Claeys", "Lefèvre", "Van de Walle", "El Bakkali", "Ní Bhriain", "Wouters", "Dewulf", "Goethals", "Van ’t Hof"},
		streets: []string{"Molenstraat", "Kouter", "Kerkplein", "Sint-Jansdreef", "Ooievaarsnest", "Korte Veldkant", "Gaverlaan", "Steenweg op Aalst", "Bloemistenlaan", "Processieweg"},
		towns:   []town{{"9000", "Gent"}, {"9800", "Deinze"}, {"9830", "Sint-Martens-Latem"}, {"9300", "Aalst"}, {"8500", "Kortrijk"}, {"2000", "Antwerpen"}, {"3000", "Leuven"}, {"9700", "Oudenaarde"}},
	}
}

func wallonia() region {
	return region{
		language: "fr", country: "BE", land: "Belgium", phone: "+32 49", share: 22, numberFirst: false,
		given:   []string{"Aurélie", "Benoît", "Chloé", "François", "Geneviève", "Hélène", "Jérôme", "Maël", "Noémie", "Océane", "Rémi", "Stéphanie", "Thérèse", "Yannick"},
		family:  []string{"Dubois", "Lambert", "de Brouckère", "Crèvecœur", "Dupont", "Hanquet", "Le Boulengé", "Mélotte", "Nguyễn", "Piérard", "Servais", "Toussaint"},
		streets: []string{"Rue de l’Église", "Avenue des Tilleuls", "Chaussée de Charleroi", "Place du Marché", "Rue du Moulin à Vent", "Clos des Pommiers"},
		towns:   []town{{"1000", "Bruxelles"}, {"1180", "Uccle"}, {"5000", "Namur"}, {"4000", "Liège"}, {"7000", "Mons"}, {"1300", "Wavre"}},
	}
}

func netherlands() region {
	return region{
		language: "nl", country: "NL", land: "Netherlands", phone: "+31 6 1", share: 12,
		given:   []string{"Anouk", "Bas", "Femke", "Gijs", "Jeroen", "Maaike", "Ruud", "Saskia", "Sjoerd", "Willemijn"},
		family:  []string{"van den Berg", "de Vries", "in ’t Veld", "Hoekstra", "van der Meulen", "Jansen", "ter Horst", "Özdemir", "Brandsma"},
		streets: []string{"Dorpsstraat", "Lindelaan", "Havenkade", "Burgemeester Prinsplein", "Achterweg"},
		towns:   []town{{"4531 BK", "Terneuzen"}, {"4611 AB", "Bergen op Zoom"}, {"1017 CG", "Amsterdam"}, {"3512 JE", "Utrecht"}, {"6211 GM", "Maastricht"}},
	}
}

func eupen() region {
	return region{
		language: "de", country: "BE", land: "Belgium", phone: "+32 47", share: 4,
		given:   []string{"Anneliese", "Björn", "Günther", "Käthe", "Jürgen", "Sören"},
		family:  []string{"Weißmüller", "Schröder", "Heinen", "Königs", "Pauels"},
		streets: []string{"Klosterstraße", "Haasstraße", "Aachener Straße", "Am Bergkapellchen"},
		towns:   []town{{"4700", "Eupen"}, {"4780", "St. Vith"}, {"4720", "Kelmis"}},
	}
}

func france() region {
	return region{
		language: "fr", country: "FR", land: "France", phone: "+33 6 1", share: 5, numberFirst: true,
		given:   []string{"Anaïs", "Cédric", "Élodie", "Gaël", "Maëlys", "Raphaël"},
		family:  []string{"Lefebvre", "d’Artagnan", "Le Goff", "Béranger", "Müller", "N’Diaye"},
		streets: []string{"rue Nationale", "avenue de la République", "impasse des Lilas", "quai du Wault"},
		towns:   []town{{"59000", "Lille"}, {"59140", "Dunkerque"}, {"75011", "Paris"}, {"62100", "Calais"}},
	}
}

func germany() region {
	return region{
		language: "de", country: "DE", land: "Germany", phone: "+49 151 1", share: 4,
		given:   []string{"Anke", "Dörte", "Friedrich", "Jörg", "Lötte", "Maximilian"},
		family:  []string{"Großmann", "von der Heyde", "Łukaszewski", "Schäfer", "Yıldırım", "Preuß"},
		streets: []string{"Lindenallee", "Schloßplatz", "Bürgermeister-Smidt-Straße", "Am Mühlenteich"},
		towns:   []town{{"52062", "Aachen"}, {"50667", "Köln"}, {"01067", "Dresden"}, {"10115", "Berlin"}},
	}
}

// abroad reads English and lives in Brussels.
func abroad() region {
	return region{
		language: "en", country: "BE", land: "Belgium", phone: "+32 47", share: 1,
		given:   []string{"Aoife", "Conor", "Emily", "Siobhán", "Oğuz"},
		family:  []string{"O’Shea", "Smith-Jones", "Ní Dhomhnaill", "Șerban", "Håkansson"},
		streets: []string{"Rue Franklin", "Avenue de Cortenbergh"},
		towns:   []town{{"1000", "Bruxelles"}, {"1040", "Etterbeek"}},
	}
}

// rare are the names that show whether the papers are ready for everybody: in
// Greek and Cyrillic, which can be printed, and with an emoji or in Arabic, which
// the fonts lack.
func rare() [][2]string {
	return [][2]string{
		{"Ελευθερία", "Παπαδοπούλου"}, {"Олександра", "Їжакевич"}, {"Sofie 🌻", "Claes"}, {"ليلى", "الحداد"},
	}
}
