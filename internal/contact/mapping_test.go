package contact

import (
	"strings"
	"testing"
)

// first reads a file and returns its first contact.
func first(t *testing.T, data string) (*File, Contact, Row) {
	t.Helper()
	f, rows := readAll(t, data, belgian())
	if len(rows) == 0 {
		t.Fatal("no rows")
	}
	if rows[0].Rejected != nil {
		t.Fatalf("rejected: %v", rows[0].Rejected)
	}
	return f, rows[0].Contact, rows[0]
}

// TestExports reads the exports of the tools firms use.
func TestExports(t *testing.T) {
	t.Parallel()
	jan := Contact{
		Name: "Jan Peeters", GivenName: "Jan", FamilyName: "Peeters", Email: "jan@example.be",
		Street: "Dorpsstraat 1", Postcode: "3000", City: "Leuven", Country: "BE", Language: "nl",
	}
	with := func(change func(*Contact)) Contact {
		c := jan
		change(&c)
		return c
	}
	cases := map[string]struct {
		data string
		want Contact
	}{
		"mailchimp": {
			`"Email Address","First Name","Last Name",Address,"Phone Number",Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,LATITUDE,LAST_CHANGED,LEID,EUID,NOTES,TAGS` + "\n" +
				`jan@example.be,Jan,Peeters,"Dorpsstraat 1  Leuven  3000  BE","0471 23 45 67",05/13,2,"2024-01-02 10:00:00",1.2.3.4,,50.8,"2024-01-02 10:00:00",123,abc,,"""Klant"""` + "\n",
			with(func(c *Contact) { c.Phone, c.Marketing = "+32471234567", MarketingSubscribed }),
		},
		"mailchimp unsubscribed": {
			"Email Address,First Name,Last Name,Address,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE\njan@example.be,Jan,Peeters,Dorpsstraat 1    Leuven    3000  Belgium,2024-03-01 08:00:00,x\n",
			with(func(c *Contact) {
				c.Marketing, c.UnsubscribedAt = MarketingUnsubscribed, parseMoment("2024-03-01 08:00:00")
			}),
		},
		"listmonk": {
			"uuid,email,name,attributes,status,created_at,updated_at\n" +
				`5b1f,jan@example.be,Jan Peeters,"{""street"": ""Dorpsstraat 1"", ""zip"": 3000, ""city"": ""Leuven"", ""lang"": ""nl"", ""age"": 3}",enabled,2024-01-01,2024-01-01` + "\n",
			with(func(c *Contact) { c.GivenName, c.FamilyName, c.Marketing = "", "", MarketingSubscribed }),
		},
		"brevo": {
			"EMAIL;PRENOM;NOM;SMS;ADRESSE;CODE_POSTAL;VILLE;ADDED_TIME\njan@example.be;Jan;Peeters;32471234567;Dorpsstraat 1;3000;Leuven;2024-01-01\n",
			with(func(c *Contact) { c.Phone = "+32471234567" }),
		},
		"shopify": {
			"Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags\n" +
				"'7001,Jan,Peeters,jan@example.be,yes,,Dorpsstraat 1,,Leuven,,BE,'3000,,'+32471234567,no,0.00,0,,no,\n",
			with(func(c *Contact) {
				c.CustomerNumber, c.Phone, c.Marketing = "7001", "+32471234567", MarketingSubscribed
			}),
		},
		"woocommerce": {
			"customer_id,user_login,user_pass,user_email,billing_first_name,billing_last_name,billing_company,billing_address_1,billing_city,billing_postcode,billing_country,billing_phone,shipping_address_1,shipping_city\n" +
				"7,jan,$P$Babc,jan@example.be,Jan,Peeters,,Dorpsstraat 1,Leuven,3000,BE,0471234567,Elders 9,Gent\n",
			with(func(c *Contact) { c.CustomerNumber, c.Phone = "7", "+32471234567" }),
		},
		"dutch": {
			"Klantenlijst 2026;;;;;;;\n;;;;;;;\nKlantnr.;Voornaam;Tussenvoegsel;Achternaam;E-mailadres;Straat;Huisnummer;Postcode;Woonplaats;Taal\n12;Jan;van den;Berg;jan@example.be;Dorpsstraat;1;3000;Leuven;Nederlands\n",
			with(func(c *Contact) {
				c.CustomerNumber, c.Name, c.FamilyName = "12", "Jan van den Berg", "van den Berg"
			}),
		},
		"french": {
			"N° client;Nom;Prénom;Courriel;Rue;N°;Boîte;Code postal;Localité;Pays;Langue;Date de naissance\n12;Dupont;Zoé;zoe@example.be;Rue Haute;12;3;1000;Bruxelles;Belgique;Français;13/05/1980\n",
			Contact{
				CustomerNumber: "12", Name: "Zoé Dupont", GivenName: "Zoé", FamilyName: "Dupont", Email: "zoe@example.be",
				Street: "Rue Haute 12 bte 3", Postcode: "1000", City: "Bruxelles", Country: "BE", Language: "fr", BirthDate: Date{1980, 5, 13},
			},
		},
		"german": {
			"Kunden-Nr.;Vorname;Name;E-Mail-Adresse;Straße;Hausnr.;PLZ;Ort;Land;Geburtsdatum\n9;Jörg;Müller;j@example.de;Hauptstraße;5;1067;Dresden;Deutschland;01.02.99\n",
			Contact{
				CustomerNumber: "9", Name: "Jörg Müller", GivenName: "Jörg", FamilyName: "Müller", Email: "j@example.de",
				Street: "Hauptstraße 5", Postcode: "01067", City: "Dresden", Country: "DE", Language: "de", BirthDate: Date{1999, 2, 1},
			},
		},
		"one cell": {
			"naam,e-mail,adres\nJan Peeters,jan@example.be,\"Dorpsstraat 1, 3000 Leuven, België\"\n",
			with(func(c *Contact) { c.GivenName, c.FamilyName = "", "" }),
		},
		"american birthdays": {
			"email,name,street,zip,city,birthdate\njan@example.be,Jan Peeters,Dorpsstraat 1,3000,Leuven,04/05/1980\nb@example.be,B,,,,12/31/1990\n",
			with(func(c *Contact) { c.GivenName, c.FamilyName, c.BirthDate = "", "", Date{1980, 4, 5} }),
		},
		"no header": {
			"Jan;Peeters;jan@example.be;Dorpsstraat 1;3000;Leuven\nAn;Smet;an@example.be;Kerkstraat 2;9000;Gent\n",
			jan,
		},
		"sep line":   {"sep=;\r\nnaam;email\r\nJan Peeters;jan@example.be\r\n", Contact{Name: "Jan Peeters", Email: "jan@example.be", Country: "BE", Language: "nl"}},
		"mails only": {"jan@example.be\nan@example.be\n", Contact{Email: "jan@example.be", Country: "BE", Language: "nl"}},
		"google": {
			"First Name,Middle Name,Last Name,Birthday,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Value,Address 1 - Street,Address 1 - City,Address 1 - Postal Code,Address 1 - Country\nJan,,Peeters,,,jan@example.be,,Dorpsstraat 1,Leuven,3000,BE\n",
			jan,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, got, row := first(t, c.data)
			c.want.Source.Line = row.Line
			if got != c.want {
				t.Errorf("got  %+v\nwant %+v\ncolumns %+v", got, c.want, f.Columns)
			}
		})
	}
}

// TestRefusedColumns keeps out what no customer file may hold, whatever the
// heading says and even when it was asked for.
func TestRefusedColumns(t *testing.T) {
	t.Parallel()
	data := "Naam;Klantnummer;Nummer;Kaart;Wachtwoord;Hobby;BSN\n" +
		"Jan Peeters;85.07.30-033.28;111222333;4111111111111111;geheim;vissen;\n" +
		"An Smet;93051822361;123456782;5500000000000004;geheim;lezen;\n" +
		"Bo Wit;00012556777;100000009;340000000000009;geheim;;\n"
	o := belgian()
	o.Mapping = map[int]Field{1: FieldNumber}
	f, rows := readAll(t, data, o)
	want := map[int]Reason{0: ByHeader, 1: ByRefusal, 2: ByRefusal, 3: ByRefusal, 4: ByRefusal, 5: ByUnknown, 6: ByRefusal}
	for i, c := range f.Columns {
		if c.Why != want[i] {
			t.Errorf("column %q: %s as %q, want %s", c.Header, c.Why, c.Field, want[i])
		}
	}
	for _, key := range []faultKey{keyColumnNational, secretBelgian.columnKey(), secretDutch.columnKey(), secretCard.columnKey(), keyColumnPassword, keyColumnsDropped} {
		if !hasWarning(f.Warnings, key) {
			t.Errorf("no warning %s", key)
		}
	}
	if rows[0].Contact.CustomerNumber != "" {
		t.Errorf("a national number was kept")
	}
}

// TestMailColumnWithPhones reads the column as what it holds, and says so.
func TestMailColumnWithPhones(t *testing.T) {
	t.Parallel()
	f, c, _ := first(t, "naam;e-mail\nJan Peeters;0471 23 45 67\nAn Smet;016 12 34 56\n")
	if c.Phone != "+32471234567" || c.Email != "" || !hasWarning(f.Warnings, keyColumnPhones) {
		t.Errorf("%+v %v", c, f.Warnings)
	}
}

// TestMappingByUser follows the user.
func TestMappingByUser(t *testing.T) {
	t.Parallel()
	o := belgian()
	o.Header = HeaderNo
	o.Mapping = map[int]Field{0: FieldOrganisation, 1: FieldNone, 2: FieldCity}
	_, rows := readAll(t, "Bakkerij;jan@example.be;Gent\n", o)
	if c := rows[0].Contact; c.Organisation != "Bakkerij" || c.Email != "" || c.City != "Gent" {
		t.Errorf("%+v", c)
	}
}

// TestAddresses takes apart what clearly can be and keeps the rest whole.
func TestAddresses(t *testing.T) {
	t.Parallel()
	forms := newAddressForms(newPlaces())
	cases := map[string]string{
		"Dorpsstraat 1, 3000 Leuven":                      "Dorpsstraat 1|3000|Leuven|",
		"Dorpsstraat 1 bus 3, B-3000 Leuven":              "Dorpsstraat 1 bus 3|3000|Leuven|BE",
		"Kerkstraat 5a, 1234ab Amsterdam, Nederland":      "Kerkstraat 5a|1234 AB|Amsterdam|NL",
		"Rue Haute 12 1000 Bruxelles":                     "Rue Haute 12|1000|Bruxelles|",
		"12 rue de la Paix, 75002 Paris, France":          "12 rue de la Paix|75002|Paris|FR",
		"12 rue de la Paix, 75381 Paris Cedex 08":         "12 rue de la Paix|75381|Paris Cedex 08|",
		"Hauptstr. 5\n10115 Berlin\nDeutschland":          "Hauptstr. 5|10115|Berlin|DE",
		"Hauptstr. 5 01067 Dresden":                       "Hauptstr. 5|01067|Dresden|",
		"Dorpsstraat 1  Leuven    3000  BE":               "Dorpsstraat 1|3000|Leuven|BE",
		"Dorpsstraat 1  bus 2  Leuven  Brabant  3000  BE": "Dorpsstraat 1, bus 2|3000|Leuven|BE",
		"Markt 1, 2300 Turnhout, Belgique":                "Markt 1|2300|Turnhout|BE",
		"De Kluis, Hasselt":                               "whole",
		"Postbus 12":                                      "whole",
		"achter de kerk":                                  "whole",
		"Plein 1944 nr 7, 's-Gravenhage":                  "whole",
	}
	for in, want := range cases {
		p, _, ok := forms.splitAddress(in)
		got := strings.Join([]string{p.street, p.postcode, p.city, p.country}, "|")
		if !ok {
			got = "whole"
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

// TestPhones keeps every number and doubts only some.
func TestPhones(t *testing.T) {
	t.Parallel()
	cases := []struct {
		in, country, want string
		doubt             faultKey
	}{
		{"0471 23 45 67", "BE", "+32471234567", ""},
		{"0471/23.45.67", "BE", "+32471234567", ""},
		{"+32 (0)471 23 45 67", "NL", "+32471234567", ""},
		{"0032 471 23 45 67", "BE", "+32471234567", ""},
		{"471234567", "BE", "+32471234567", ""},
		{"32471234567", "BE", "+32471234567", ""},
		{"06-12345678", "NL", "+31612345678", ""},
		{"06 12 34 56 78", "FR", "+33612345678", ""},
		{"016 12 34 56 / 0471 23 45 67", "BE", "+3216123456", ""},
		{"+32 2 123 45 67", "BE", "+3221234567", keyPhoneUncertain},
		{"intern 12", "BE", "intern 12", keyPhoneUncertain},
		{"3,24713E+10", "BE", "", keyPhoneRounded},
		{"+32471234567", "", "+32471234567", ""},
	}
	for _, c := range cases {
		got, doubt := parsePhone(c.in, c.country)
		if got != c.want || doubt != c.doubt {
			t.Errorf("%q: %q %q, want %q %q", c.in, got, doubt, c.want, c.doubt)
		}
	}
}

// TestMails takes addresses in any script and refuses what is none.
func TestMails(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"jan@example.be": "jan@example.be", " Jan <jan@example.be> ": "jan@example.be", "mailto:jan@example.be": "jan@example.be",
		"jan+tag@sub.example.museum": "jan+tag@sub.example.museum", "José@exämple.de": "José@exämple.de", "a@b.be; c@d.be": "a@b.be", "": "",
		"o'brien@example.ie": "o'brien@example.ie",
	}
	for in, want := range good {
		if got, _, ok := parseMail(in); !ok || got != want {
			t.Errorf("%q: %q %v", in, got, ok)
		}
	}
	for _, in := range []string{"jan", "jan@", "@example.be", "jan@example", "jan@@example.be", "jan@exam ple.be", "jan@-a.be", "j..n@example.be", "jan@1.2.3.4", "jan@example.be x", "0471 23 45 67"} {
		if _, _, ok := parseMail(in); ok {
			t.Errorf("%q was taken", in)
		}
	}
}

// TestNamesOfAllScripts keeps every script and emoji as data.
func TestNamesOfAllScripts(t *testing.T) {
	t.Parallel()
	names := []string{"Ελένη Παπαδοπούλου", "Наталья Иванова", "محمد علي", "李小龙", "Zoë 🌸", "'t Hooft", "O'Brien", "=cmd|' /C calc'!A0", "@home", "-Jan", "NULL", "Nguyễn Văn Ánh", "שלום כהן"}
	data := "naam;email\n"
	for range names {
		data += "%;a@example.be\n"
	}
	for _, n := range names {
		data = strings.Replace(data, "%", n, 1)
	}
	_, rows := readAll(t, data, belgian())
	for i, n := range names {
		if rows[i].Contact.Name != n {
			t.Errorf("got %q, want %q", rows[i].Contact.Name, n)
		}
	}
	if got := cell("e\u0301\u202Etest\u200B  x\n"); got != "étest x" {
		t.Errorf("cleaned to %q", got)
	}
	if got := cell("'+32471"); got != "+32471" {
		t.Errorf("guard stayed: %q", got)
	}
}

// TestCountries knows countries in four languages.
func TestCountries(t *testing.T) {
	t.Parallel()
	p := newPlaces()
	for in, want := range map[string]string{
		"België": "BE", "BELGIQUE": "BE", "Belgien": "BE", "Belgium": "BE", "be": "BE", "BEL": "BE", "Nederland": "NL", "Pays-Bas": "NL", "The Netherlands": "NL",
		"Duitsland": "DE", "Allemagne": "DE", "Deutschland": "DE", "Frankrijk": "FR", "Frankreich": "FR", "Royaume-Uni": "GB", "UK": "GB", "Zwitserland": "CH",
		"Luxembourg": "LU", "Oostenrijk": "AT", "Atlantis": "", "": "",
	} {
		if got := p.country(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
