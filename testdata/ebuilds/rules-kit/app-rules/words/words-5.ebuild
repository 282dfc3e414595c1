EAPI=5
DESCRIPTION="$(hasv b a b) $(hasq a b || echo no)"
SLOT="0"
for file in /nonexistent/*; do HOMEPAGE="https://host.example${file}"; done
