// The promise, kept at midnight on a phone: from nothing to certified to booked in the other city, with the clock running.
import { expectAccessible } from '../fixtures/axe';
import { sakaiminato, stranger, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { countInputs, expect, testWithProvider as test } from '../fixtures/server';
import { Booking } from '../pages/bookings.page';
import { Family } from '../pages/families.page';
import { tick } from '../pages/frame.page';
import { Search } from '../pages/slots.page';

test.use({ moment: '2027-01-19T00:00:20+09:00' });

test('from nothing to certified to booked in the other city', async ({ page, provider: _provider }) => {
  test.setTimeout(240_000);
  const inputs = await countInputs(page);
  const began = Date.now();
  const search = new Search(page);
  await search.open('/?programme=open_nursery');
  await search.wantCity(sakaiminato.name);
  await search.stays(umineko).first().click();

  // The card says who it is and where the family lives.
  await page.getByRole('button', { name: 'マイナンバーカードでログインする' }).click();
  await page.locator('input[name=login]').fill('hanako');
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page).toHaveURL(/\/register\/verified/);
  await page.getByRole('textbox', { name: 'ふりがな' }).fill('ゆみはま はなこ');
  await page.getByRole('textbox', { name: '電話番号' }).fill('090-1234-5678');
  await page.getByRole('textbox', { name: 'メールアドレス' }).fill(stranger().email);
  await page.getByRole('button', { name: '登録する' }).click();

  const booking = new Booking(page);
  await booking.at('預けるお子さんを選ぶ');
  await page.getByRole('link', { name: 'お子さんを登録する' }).click();
  const child = { name: '弓浜 みなと', kana: 'ゆみはま みなと', born: { year: '2025', month: '3', day: '10' } };
  await new Family(page).fillChild(child);
  await new Family(page).register();

  // Not certified yet: the booking says so and leads there.
  await booking.at('預けるお子さんを選ぶ');
  await expect(booking.child(child.name)).toBeDisabled();
  await expectAccessible(page);
  await picture(page, 'midnight-uncertified');
  await page.getByRole('link', { name: '認定を申請する' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '手続き' })).toBeVisible();
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: /こども誰でも通園.*認定申請/ }) });
  await card.getByRole('link', { name: /申請する/ }).first().click();
  await page.getByRole('button', { name: '申請を始める' }).click();
  await tick(page.getByRole('radio', { name: '在籍なし' }));
  await page.getByRole('button', { name: '次へ' }).click();
  await expect(page.getByText('申請するとすぐに認められます')).toBeVisible();
  for (const declared of await page.getByRole('checkbox').all()) await tick(declared);
  await page.getByRole('button', { name: 'この内容で申請する' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '認定されました' })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'midnight-certified');

  await page.getByRole('link', { name: '予約の続きに戻る' }).click();
  await booking.at('預けるお子さんを選ぶ');
  await tick(booking.child(child.name));
  await booking.through();
  await expectAccessible(page);
  await picture(page, 'midnight-booked');

  const [seconds, count] = [(Date.now() - began) / 1000, await inputs()];
  test.info().annotations.push({ type: 'measured', description: `${seconds.toFixed(1)} s, ${count} inputs` });
  console.log(`from nothing to a booking: ${seconds.toFixed(1)} s, ${count} inputs`);
  expect(seconds).toBeLessThan(180);
  expect(count).toBeLessThan(25);
});
