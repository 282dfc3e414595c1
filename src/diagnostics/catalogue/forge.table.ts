import type { CatalogueTable } from './entry.ts';

/** Codes FRG001 to FRG999. */
export const forgeCodes = {
  FRG001: {
    severity: 'error',
    blame: 'world',
    title: 'GitLab or GitHub is out of reach',
    why: 'The service did not answer, is in trouble, or wants us to wait longer than a run can; several tries made no difference.',
    next: 'Nothing has to be done: the next run tries again. The review branch is pushed already.',
    sample: { broken: 'a run while the service answers 503', fixed: 'the next run' },
  },
  FRG002: {
    severity: 'error',
    blame: 'usage',
    title: 'GitLab or GitHub does not let us in',
    why: 'The token is wrong or has expired, or its account may not open merge or pull requests here.',
    next: "Make a new ACCESS_TOKEN. GitLab: scope 'api', role Developer or higher. GitHub: 'pull requests' and 'contents' read and write; for GITHUB_TOKEN allow actions to create pull requests in the repository's settings.",
    sample: { broken: 'ACCESS_TOKEN of an account that has left', fixed: 'a project access token' },
  },
  FRG003: {
    severity: 'error',
    blame: 'usage',
    title: 'GitLab or GitHub has no such project',
    why: 'The project was renamed or moved, or the token is not allowed to see it: both look the same from outside.',
    next: 'Compare CI_PROJECT_ID or GITHUB_REPOSITORY with the project, and give the token access to it.',
    sample: { broken: 'CI_PROJECT_ID=1 of another project', fixed: "the id from the project's settings" },
  },
  FRG004: {
    severity: 'error',
    blame: 'usage',
    title: 'GitLab or GitHub refuses a request',
    why: 'The service understood us and does not want to do it; its own words say why.',
    next: 'Read what the service says. Often a branch is gone, or has nothing that the target has not.',
    sample: { broken: 'a request from a branch without commits of its own', fixed: 'the same with a commit' },
  },
  FRG005: {
    severity: 'warning',
    blame: 'usage',
    title: 'a merge or pull request lacks something',
    why: 'The request is open, but a label or a person could not be added to it.',
    next: 'Compare the name with the members of the project, or let the token write issues.',
    sample: { broken: 'CI_HUMAN_REVIEW_ASSIGNEE=noboby', fixed: 'CI_HUMAN_REVIEW_ASSIGNEE=nobody' },
  },
  FRG006: {
    severity: 'error',
    blame: 'world',
    title: 'an answer of GitLab or GitHub makes no sense',
    why: 'Something else than the service answered: a login page, a proxy, or another version of it.',
    next: 'Open the address in a browser and compare CI_API_V4_URL or GITHUB_API_URL with it.',
    sample: {
      broken: 'CI_API_V4_URL=https://gitlab.example.org',
      fixed: 'CI_API_V4_URL=https://gitlab.example.org/api/v4',
    },
  },
} as const satisfies CatalogueTable;
