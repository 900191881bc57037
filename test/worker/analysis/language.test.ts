import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LanguageDetector, loadLanguageDetector } from '../../../worker-node/analysis/text/language.ts';
import { amongNearLanguages } from '../../../worker-node/analysis/text/near-languages.ts';

let detector: LanguageDetector;
beforeAll(async () => {
  detector = await loadLanguageDetector();
});
const codeOf = async (text: string) => (await detector.detect(text))?.code ?? null;

describe('language of prose', () => {
  it.each([
    ['en', 'Knip finds and fixes unused dependencies, exports and files in your JavaScript and TypeScript projects.'],
    ['en', 'compact memories have flexible capacities a digital data storage system with capacity up to bits and random access'],
    ['de', 'Die Brücke über den Fluss wurde im vergangenen Jahr gesperrt, weil ihre Pfeiler beschädigt waren.'],
    ['fr', 'Le pont sur la rivière a été fermé l’année dernière parce que ses piliers étaient endommagés.'],
    ['es', 'El puente sobre el río fue cerrado el año pasado porque sus pilares estaban dañados.'],
    ['pt', 'A ponte sobre o rio foi fechada no ano passado porque os seus pilares não estavam em boas condições.'],
    ['ru', 'Мост через реку был закрыт в прошлом году, потому что его опоры были повреждены.'],
    ['uk', 'Міст через річку був закритий минулого року, тому що його опори були пошкоджені.'],
    ['el', 'Η γέφυρα πάνω από το ποτάμι έκλεισε πέρυσι επειδή οι κολόνες της είχαν υποστεί ζημιές.'],
    ['ar', 'أغلق الجسر فوق النهر في العام الماضي لأن أعمدته كانت متضررة.'],
    ['zh', '去年这座桥因为桥墩受损而关闭。'],
    ['ja', 'この橋は橋脚が傷んだため、昨年閉鎖されました。'],
    ['ko', '그 다리는 교각이 손상되어 작년에 폐쇄되었습니다.'],
    ['th', 'สะพานข้ามแม่น้ำถูกปิดเมื่อปีที่แล้วเพราะเสาของสะพานเสียหาย'],
  ])('is %s for "%s"', async (code, text) => {
    expect(await codeOf(text)).toBe(code);
  });

  it.each([
    ['cs', 'Každý má právo na svobodu přesvědčení a projevu, nezasahováno do toho nikým.'],
    ['sk', 'Každý má právo na slobodu presvedčenia a prejavu, bez toho, aby mu v tom niekto bránil; ľudia sú si rovní.'],
    ['da', 'Enhver har ret til menings- og ytringsfrihed og til at søge oplysninger af enhver art.'],
    ['no', 'Enhver har rett til menings- og ytringsfrihet og til å søke opplysninger av ethvert slag.'],
    ['hr', 'Nitko ne smije biti podvrgnut samovoljnom uhićenju; svatko ima pravo na život što ga sam bira.'],
    ['sl', 'Nihče ne sme biti samovoljno zaprt; vsakdo ima pravico, ki jo lahko tudi uveljavlja.'],
  ])('is %s although a near language looks alike: "%s"', async (code, text) => {
    expect(await codeOf(text)).toBe(code);
  });

  it.each([
    '',
    '   ',
    '12345 67.89 -- !!',
    'xqzzt blorf',
    'README',
    'TODO',
    'Quokka Router',
    'Pharos',
    '東京都',
    '🦊🦊🦊',
  ])('is unknown for "%s", which says too little', async (text) => {
    expect(await codeOf(text)).toBeNull();
  });

  it('does not depend on numbers and punctuation', async () => {
    const text = 'The office wifi password was changed by the administrator after the meeting in September.';
    expect(await codeOf(`${'1,234.56 | --- | 99% '.repeat(50)}${text}`)).toBe('en');
  });

  it('is found for any string: a code with a confidence from 0 to 1, or unknown', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 300 }), async (text) => {
        const found = await detector.detect(text);
        if (!found) return;
        expect(found.code).toMatch(/^[a-z]{2,3}$/);
        expect(found.confidence).toBeGreaterThan(0);
        expect(found.confidence).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });
});

describe('near languages', () => {
  it('keeps a guess that is of no group', () => {
    expect(amongNearLanguages('fi', 'nie sú alebo')).toBe('fi');
  });

  it('keeps a guess where no other language has more signs', () => {
    expect(amongNearLanguages('cs', 'text bez znaku')).toBe('cs');
    expect(amongNearLanguages('cs', 'řeka sú')).toBe('cs');
  });

  it('takes the language with most signs', () => {
    expect(amongNearLanguages('cs', 'Ktoré sú naše práva a nie ich')).toBe('sk');
    expect(amongNearLanguages('da', 'Han liker å lese noe')).toBe('no');
  });
});
