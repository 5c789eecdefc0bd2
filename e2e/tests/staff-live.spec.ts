// The board lives: what another device does shows by itself, and who comes next is never hidden.
import { expectAccessible } from '../fixtures/axe';
import { another, answered, freePlaces, newFamily, send, staffOfUmineko, tablet, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Board } from '../pages/attendance.page';
import { Frame } from '../pages/frame.page';

const today = '2027-01-18';

interface Booked {
  id: string;
}

test('what one tablet records shows on the other at once', async ({ page, browser, house }, { project }) => {
  test.setTimeout(480_000);
  const family = await another(browser);
  const child = await newFamily(family.request, '弓浜 なぎさ');
  const brother = await send<{ id: string }>(family.request, '/children', {
    name: '弓浜 うしお',
    kana: 'ゆみはま うしお',
    born: '2023-05-05',
    allergies: [{ name: '落花生', severity: 'severe' }],
    care_notes: 'てんかんの薬を昼食後に飲みます。',
  });
  const [place] = (await freePlaces(family.request, today, today)).filter(({ facility }) => facility.name === umineko);
  const day = place!.openings.find(({ block }) => block === 'day')!;
  const wish = { slot_id: place!.slot_id, child_ids: [child.id, brother.id], starts_at: day.starts_at, ends_at: day.ends_at, ...answered };
  const booked = await send<Booked[]>(family.request, '/bookings', wish);

  const other = await another(browser, tablet);
  await house.at(`${today}T08:10:00+09:00`, page, other, family);
  for (const each of [page, other]) {
    await new Door(each).signedIn(staffOfUmineko);
    await new Frame(each).open('/staff');
  }
  const [mine, theirs] = [new Board(page), new Board(other)];
  await mine.ready();
  await expect(other.getByText('変わるとすぐに新しくなります')).toBeVisible();
  const brothers = theirs.card('これから来る', '弓浜 うしお');
  await expect(brothers).toContainText('落花生');
  await expect(brothers).toContainText('てんかんの薬');
  const button = await brothers.getByRole('button', { name: /登園/ }).boundingBox();
  expect(button!.height).toBeGreaterThanOrEqual(96);
  // Who comes next stands above whatever waits for an answer.
  const next = await other.getByText('次に来る', { exact: true }).boundingBox();
  expect(next!.y).toBeLessThan(768);
  await expectAccessible(other);
  await picture(other, 'live-tablet');
  await picture(page, 'live');
  await other.getByText('30分ごとの表を見る').click();
  await expect(other.getByRole('table', { name: '予約、定員、職員の人数' })).toBeVisible();
  await expectAccessible(other);
  await picture(other, 'live-table');

  // One tap: the day on paper.
  await expect(other.getByRole('button', { name: '名簿を印刷' })).toBeVisible();
  await other.emulateMedia({ media: 'print' });
  await expect(other.locator('.roster tbody tr').filter({ hasText: '弓浜 うしお' })).toContainText('重いアレルギー 落花生');
  await picture(other, 'live-roster');
  await other.emulateMedia({ media: null });

  await mine.card('これから来る', '弓浜 なぎさ').getByRole('button', { name: /登園/ }).click();
  await page.getByRole('dialog').getByRole('radio').first().check({ force: true });
  const began = Date.now();
  await page.getByRole('dialog').getByRole('button', { name: '登園を記録する' }).click();
  // The board reads itself anew every twenty seconds in any case; told of it, it is there long before.
  await expect(theirs.card('来ている', '弓浜 なぎさ')).toBeVisible({ timeout: 5000 });
  console.log(`${project.name}: shown on the other tablet after ${Date.now() - began} ms`);

  // A family cancels on its phone.
  await send(family.request, `/bookings/${booked[1]!.id}/cancel`, {});
  await expect(theirs.card('これから来る', '弓浜 うしお')).toHaveCount(0, { timeout: 5000 });

  // The server is started anew: the line is taken up again by itself.
  await house.leave();
  await expect(other.getByText('20秒ごとに新しくなります')).toBeVisible();
  await house.comeBack(`${today}T08:20:00+09:00`);
  await expect(other.getByText('変わるとすぐに新しくなります')).toBeVisible();

  // Past the time of leaving and ten minutes: staff are told above everything.
  await house.at(`${today}T18:15:00+09:00`, page, other);
  await new Frame(other).open('/staff');
  await expect(other.getByText('お迎えの時刻を過ぎているお子さんがいます')).toBeVisible();
  await expect(other.getByRole('status').filter({ hasText: '弓浜 なぎさ' })).toContainText('お迎えの予定');
  await expectAccessible(other);
  await picture(other, 'live-overdue');
});
