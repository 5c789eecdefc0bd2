// Anybody finds free places in both cities without signing in.
import { expectAccessible } from '../fixtures/axe';
import { sakaiminato, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { locales } from '../pages/frame.page';
import { Search } from '../pages/slots.page';

test('a place is found by age, city and day, and told without colour', async ({ page }) => {
  const search = new Search(page);
  await search.open();
  await picture(page, 'search');
  await search.wantAge('1歳');
  await search.wantCity(sakaiminato.name);
  await search.wantDay('1月19日（火）');
  const stay = search.stays(umineko, '1日').first();
  await expect(stay).toHaveAccessibleName(/残り\d+名/);
  await expect(stay).toContainText(/[○△]/);
  await expectAccessible(page);
  await picture(page, 'search-list');
  // What was wanted stands in the address: a reload keeps it.
  await page.reload();
  await search.found();
  await expect(search.stays(umineko, '1日').first()).toBeVisible();
  await expect(page.getByLabel('お子さんの年齢')).not.toHaveValue('');
});

test('the week and the map show the same places', async ({ page }) => {
  const search = new Search(page);
  await search.open();
  await search.wantAge('1歳');
  await search.look('週の表');
  const cell = page.getByRole('table').getByRole('button', { name: new RegExp(`1月19日（火）、${umineko}`) });
  // On a phone the table scrolls below its own heads, as a thumb would move it.
  await cell.evaluate((button) => button.scrollIntoView({ block: 'center', inline: 'center' }));
  await cell.click();
  await expect(page.getByRole('dialog').getByRole('link', { name: /予約へ進む$/ }).first()).toBeVisible();
  await picture(page, 'search-week-day');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expectAccessible(page);
  await picture(page, 'search-week');
  await search.look('地図');
  await expectAccessible(page);
  await picture(page, 'search-map');
});

test('a holiday says its name above the table of a week', async ({ page }) => {
  const search = new Search(page);
  await search.open('/?view=week&week=2027-02-08');
  const head = page.getByRole('table').getByRole('columnheader', { name: '2月11日（木） 建国記念の日' });
  await expect(head).toBeAttached();
  await expectAccessible(page);
  await picture(page, 'search-week-holiday');
  await search.frame.open('/?view=week&week=2027-02-08', locales[2]);
  await expect(page.getByRole('table').getByRole('columnheader', { name: /National Foundation Day$/ })).toBeAttached();
});

test('a facility has a page of its own, reached by link, reload and back', async ({ page }) => {
  const search = new Search(page);
  await search.open();
  await search.results().getByRole('link', { name: umineko, exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: umineko })).toBeVisible();
  await search.frame.ready();
  await expectAccessible(page);
  await picture(page, 'facility');
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: umineko })).toBeVisible();
  await page.goBack();
  await search.found();
});
