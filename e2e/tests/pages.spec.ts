// Every page of every audience, in every language: it says what it is, breaks nothing and is accessible.
import { expectAccessible } from '../fixtures/axe';
import { demoPassword, send, staffOfUmineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Frame, locales } from '../pages/frame.page';

const open = [
  { name: 'search', path: '/' },
  { name: 'sign-in', path: '/sign_in' },
  { name: 'register', path: '/register' },
  { name: 'menu', path: '/menu' },
  { name: 'accessibility', path: '/accessibility' },
  { name: 'not-found', path: '/no/such/page' },
];
const ofFamily = [
  { name: 'bookings', path: '/bookings' },
  { name: 'notices', path: '/notices' },
  { name: 'notice-preferences', path: '/notices/preferences' },
  { name: 'calendar', path: '/calendar' },
  { name: 'family', path: '/family' },
  { name: 'family-change', path: '/family/change' },
  { name: 'child-new', path: '/family/children/new' },
];
const ofStaff = [
  { name: 'staff-board', path: '/staff' },
  { name: 'staff-week', path: '/staff/week' },
  { name: 'staff-slots', path: '/staff/slots' },
];
const hanako = { email: 'hanako@example.jp', password: demoPassword };
const audiences = [
  { pages: open, person: undefined },
  { pages: ofFamily, person: hanako },
  { pages: ofStaff, person: staffOfUmineko },
];

// Nothing here changes anything, so the pages need not wait for one another.
test.describe.configure({ mode: 'parallel' });

for (const { pages, person } of audiences) {
  for (const { name, path } of pages) {
    for (const locale of locales) {
      test(`${name} in ${locale.own}`, async ({ page }) => {
        if (person) await send(page.request, '/auth/login', person);
        await new Frame(page).open(path, locale);
        await expect(page).toHaveURL(path);
        await expect(page.locator('html')).toHaveAttribute('lang', locale.lang);
        await expect(page).toHaveTitle(locale.tag === 'en' ? /Yumigahama/ : /弓ヶ浜/);
        await expectAccessible(page);
        await picture(page, `${name}-${locale.tag}`);
      });
    }
  }
}

test('the language changes at once, without loading, and is remembered', async ({ page }) => {
  const frame = new Frame(page);
  await page.goto('/menu');
  await frame.ready();
  const before = await page.getByRole('heading', { level: 1 }).innerText();
  await page.evaluate(() => document.documentElement.classList.add('same-page'));
  await frame.language().first().selectOption({ label: 'English' });
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText(before);
  await expect(page.locator('html')).toHaveClass(/same-page/);
  await page.reload();
  await frame.ready();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test('an unknown file and an unknown operation are not a page', async ({ request }) => {
  expect((await request.get('/no-such-file.js')).status()).toBe(404);
  const unknown = await request.get('/api/v1/no_such_thing');
  expect(unknown.status()).toBe(404);
  expect(unknown.headers()['content-type']).toContain('application/problem+json');
});

test('every code of a problem has its place on a page', async ({ page }) => {
  const { type } = await (await page.request.get('/api/v1/facilities/nobody')).json();
  await page.goto(type);
  await expect(page.getByRole('heading', { level: 3, name: 'problem.not_found' })).toBeInViewport();
  await expectAccessible(page);
  await picture(page, 'error-codes');
});

test("the API's own pages open from the footer", async ({ page }) => {
  await new Frame(page).open('/');
  await page.getByRole('contentinfo').getByRole('link', { name: 'API の説明' }).click();
  await expect(page.getByText('/api/v1/bookings/quote')).toBeVisible();
});
