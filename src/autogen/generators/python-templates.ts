// Texts of ebuilds for packages of Python. `{{…}}` is filled in by the generators; anything a package sets is there as well.

const indent = String.raw`{%- macro lines(text) -%}
{%- for line in text.split('\n') if line.strip() %}{{ '\n' if not loop.first }}{{ '\t' if not loop.first }}{{ line }}{% endfor -%}
{%- endmacro -%}
{%- macro words(value) -%}
{{ value if value is string else value|sort|join(' ') }}
{%- endmacro -%}`;

const head = `${indent}# Distributed under the terms of the GNU General Public License v2

EAPI={{ eapi|default('7') }}

PYTHON_COMPAT=( {{ python_compat }} )`;

const build = `{% if du_setuptools %}
DISTUTILS_USE_SETUPTOOLS="{{ du_setuptools }}"
{%- endif %}
{%- if du_pep517 %}
DISTUTILS_USE_PEP517="{{ du_pep517 }}"
{%- endif %}
{%- if 'cargo' in inherit %}
{%- if cargo_optional %}
CARGO_OPTIONAL="yes"
{%- endif %}
CRATES="
{{ crates }}
"
{%- endif %}
{%- if python_use %}
PYTHON_REQ_USE="{{ python_use }}"
{%- endif %}

inherit {{ words(inherit) }}
`;

const facts = `
DESCRIPTION="{{ desc|default('') }}"
HOMEPAGE="{{ homepage|default('') }}"
{%- if src_uri %}
SRC_URI="{{ lines(src_uri) }}"
{%- endif %}

LICENSE="{{ license|default('') }}"
SLOT="{{ slot|default('0') }}"
KEYWORDS="{{ keywords|default('*') }}"
IUSE="{{ words(iuse|default('')) }}{{ ' python_targets_python2_7' if compat }}"
{%- if restrict %}
RESTRICT="{{ restrict }}"
{%- endif %}
`;

const needs = String.raw`{%- set runtime = namespace(text=rdepend|default('')) %}
{%- if compat %}
{%- set runtime.text = 'python_targets_python2_7? ( ' + cat + '/' + name + '-compat[python_targets_python2_7] )\n' + runtime.text + '\n' + rdepend_compat|default('') %}
{%- endif %}
{%- if compat_ebuild and blocker %}
{%- set runtime.text = blocker + '\n' + runtime.text %}
{%- endif %}
{% if depend %}
DEPEND="{{ lines(depend) }}"
{%- endif %}
{%- if runtime.text.strip() %}
RDEPEND="{{ lines(runtime.text) }}"
{%- endif %}
{%- if pdepend %}
PDEPEND="{{ lines(pdepend) }}"
{%- endif %}
{%- if bdepend %}
BDEPEND="{{ lines(bdepend) }}"
{%- endif %}
`;

const patches = `{% if patches and not compat_ebuild %}
PATCHES=(
{%- for patch in patches %}
	"\${FILESDIR}"/{{ patch }}
{%- endfor %}
)
{% endif %}`;

const body = `{% if body %}
{{ body.rstrip() }}
{% endif %}`;

/** Packages of the Python index, also those for Python 2.7 alone. */
export const pypiTemplate = `${head}${build}${facts}${needs}
{%- if pypi_folder %}

S="\${WORKDIR}/{{ pypi_folder }}"
{% endif %}${patches}${body}{% if compat_ebuild and not (body and 'post_src_install' in body) %}
post_src_install() {
	# programs belong to the package for newer Pythons
	rm -rf "\${D}"/usr/bin || die
}
{% endif %}`;

/** Packages of Python from GitHub. */
export const pythonGithubTemplate = `${head}${build}${facts}${needs}
post_src_unpack() {
	if [[ ! -d "\${S}" ]]; then
		mv "\${WORKDIR}"/{{ github_user }}-{{ github_repo }}-* "\${S}" || die
	fi
}
${patches}${body}`;

const bare = `

inherit python-r1

DESCRIPTION="{{ desc|default('') }}"
HOMEPAGE="{{ homepage|default('') }}"

SLOT="{{ slot|default('0') }}"
KEYWORDS="{{ keywords|default('*') }}"
IUSE="{{ words(iuse|default('')) }}"
REQUIRED_USE="\${PYTHON_REQUIRED_USE}"
`;

/** A package that other packages put their modules into. */
export const pythonNamespaceTemplate = `${head}${bare}
LICENSE="{{ license|default('public-domain') }}"
RDEPEND="\${PYTHON_DEPS}
	dev-python/setuptools[\${PYTHON_USEDEP}]{{ '\\n\\t' + lines(rdepend) if rdepend }}"
DEPEND="\${PYTHON_DEPS}"

src_unpack() {
	mkdir -p "\${S}"/{{ namespace }} || die
	echo "__import__('pkg_resources').declare_namespace(__name__)" > "\${S}"/{{ namespace }}/__init__.py || die
}

src_install() {
	python_foreach_impl python_domodule {{ namespace }}
}
`;

/** A package that only depends on others. */
export const pythonVirtualTemplate = `${head}${bare}
RDEPEND="\${PYTHON_DEPS}{{ '\\n\\t' + lines(rdepend) if rdepend }}"
`;
