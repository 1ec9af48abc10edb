"""Six short articles, written for the tests: name -> text. They share people, a company and an event."""

ARTICLES = {
    "takeover.txt": (
        "Northwind Energy to buy Vesta Grid\n\n"
        "By Lena Ek\n\n"
        "OSLO, March 6, 2024 - Northwind Energy has agreed to acquire Vesta Grid, a company based in Bergen, for $2.4 billion. "
        "Ana Ruiz, chief executive of Northwind Energy, announced the deal on Tuesday.\n\n"
        "“We will keep every engineer,” said Ruiz. She founded Northwind Energy in 2009.\n\n"
        "Omar Bello, an analyst at Nordic Bank, said that the price was too high.\n"
    ),
    "court.txt": (
        "Judge fines Northwind Energy\n\n"
        "OSLO, April 2, 2024 - The Oslo District Court fined Northwind Energy on Monday. "
        "Judge Kari Lund said the company had misled investors. "
        "Ana Ruiz, who leads Northwind Energy, denied the charge.\n\n"
        "“We did nothing wrong,” Ruiz told reporters.\n"
    ),
    "football.txt": (
        "Rovers beat City\n\n"
        "LEEDS, May 4, 2024 - Harrow Rovers defeated Leeds City 2-1 on Saturday. "
        "Striker Kofi Mensah scored twice for Harrow Rovers.\n\n"
        "“The lads were brilliant,” said coach Jim Doyle.\n"
    ),
    "app.md": (
        "---\ntitle: Chirp goes dark\ndate: 2024-05-10\n---\n\n"
        "# Chirp goes dark\n\n"
        "Norway banned the social media app Chirp, also known as Tweeter, on Thursday. "
        "Chirp, owned by Vesta Media, has 12 million users.\n\n"
        "Users of Tweeter moved to Instagram.\n"
    ),
    "quake.txt": (
        "Earthquake hits Lima\n\n"
        "LIMA, June 1, 2024 - An earthquake struck Lima on Friday, killing 14 people. "
        "President Rosa Quispe visited the city on Saturday.\n"
    ),
    "science.txt": (
        "New frog named\n\n"
        "NAIROBI, July 9, 2024 - Wanjiru Kamau, a biologist at the University of Nairobi, discovered a new species of frog in Kenya. "
        "According to Kamau, the frog lives in trees.\n"
    ),
}
