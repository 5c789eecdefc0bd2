// A family and a facility write to each other about a booking, see what is read, and nobody else reads it.
import { expectAccessible } from '../fixtures/axe';
import { another, answered, demoPassword, freePlaces, newFamily, officerOfYonago, send, staffOfUmineko, tablet, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame } from '../pages/frame.page';

test('a question is asked, read, answered and read', async ({ page, browser }, { project }) => {
  const frame = new Frame(page);
  const child = await newFamily(page.request, project.name === 'phone' ? '渚 りく' : '渚 うみ');
  const place = (await freePlaces(page.request, '2027-01-25', '2027-02-05')).find((one) => one.facility.name === umineko && one.bookable)!;
  const opening = place.openings.find((one) => one.places_left > 0)!;
  const wish = { slot_id: place.slot_id, child_ids: [child.id], starts_at: opening.starts_at, ends_at: opening.ends_at, ...answered };
  const [booking] = await send<{ id: string }[]>(page.request, '/bookings', wish);

  await page.goto(`/bookings/${booking!.id}`);
  await page.getByRole('link', { name: 'メッセージ' }).click();
  await expect(page.getByText('メッセージはまだありません。')).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'messages-empty');
  // As it is written, whatever it looks like.
  const question = 'お昼寝用の毛布は要りますか。\n<b>Thank you</b> =1+1';
  await page.getByRole('textbox', { name: 'メッセージ' }).fill(question);
  await page.getByRole('button', { name: '送る' }).click();
  await expect(page.getByText('お昼寝用の毛布は要りますか。')).toBeVisible();
  await expect(page.getByText('未読', { exact: true })).toBeVisible();
  await expect(page.locator('main b')).toHaveCount(0);

  const staff = await another(browser, project.name === 'desktop' ? tablet : { viewport: { width: 390, height: 844 } });
  await new Door(staff).signedIn(staffOfUmineko);
  await staff.goto('/staff');
  await expect(staff.getByRole('link', { name: /メッセージ 未読\d+件/ })).toBeVisible();
  await new Frame(staff).ready();
  await picture(staff, 'messages-board');
  await staff.getByRole('link', { name: /メッセージ 未読\d+件/ }).click();
  await expect(staff.getByRole('link', { name: new RegExp(child.name) })).toBeVisible();
  await expectAccessible(staff);
  await picture(staff, 'messages-unread');
  await staff.getByRole('link', { name: new RegExp(child.name) }).click();
  await expect(staff.getByText('お昼寝用の毛布は要りますか。')).toBeVisible();
  await staff.getByRole('textbox', { name: 'メッセージ' }).fill('園にあります。お持ちにならなくて大丈夫です。');
  await staff.getByRole('button', { name: '送る' }).click();
  await expect(staff.getByText('園にあります。')).toBeVisible();
  await expect(staff.getByText('未読', { exact: true })).toBeVisible();
  await new Frame(staff).ready();
  await expectAccessible(staff);
  await picture(staff, 'messages-staff');
  await staff.goto('/staff/messages');
  await expect(staff.getByRole('link', { name: new RegExp(child.name) })).toHaveCount(0);

  // The family is told, without a word of it, and led there.
  await expect(async () => {
    const { items } = await (await page.request.get('/api/v1/notices')).json();
    expect(items.map((one: { kind: string }) => one.kind)).toContain('message.sent');
    expect(JSON.stringify(items)).not.toContain('毛布');
  }).toPass();
  await page.goto('/notices');
  await page.getByRole('link', { name: /メッセージが届きました/ }).or(page.getByRole('link', { name: 'メッセージを読む' })).first().click();
  await expect(page.getByText('園にあります。')).toBeVisible();
  await expect(page.getByText(/^既読/)).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'messages-family');
  await staff.goto(`/staff/messages/${booking!.id}`);
  await expect(staff.getByText(/既読 .*弓浜 みどり/)).toBeVisible();

  // Another facility, an officer and another family read nothing of it.
  const path = `/api/v1/bookings/${booking!.id}/messages`;
  for (const [person, status] of [[{ email: 'staff.yonago@example.jp', password: demoPassword }, 404], [officerOfYonago, 403]] as const) {
    const other = await another(browser);
    await send(other.request, '/auth/login', person);
    expect((await other.request.get(path)).status()).toBe(status);
  }
  const stranger = await another(browser);
  await newFamily(stranger.request);
  expect((await stranger.request.get(path)).status()).toBe(404);
  await stranger.goto(`/bookings/${booking!.id}/messages`);
  await expect(stranger.getByText('園にあります。')).toHaveCount(0);
  await expectAccessible(stranger);
  await picture(stranger, 'messages-stranger');
});
