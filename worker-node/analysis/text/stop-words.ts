/** Stop words by language (ISO 639-1): function words that carry no topic. */

/** Languages without spaces: their lists are for keywords; a share of function words cannot be counted. */
const WITHOUT_SPACES = new Set(['ja', 'th', 'zh']);

const LISTS: Readonly<Record<string, string>> = {
  en: `a about above across after again against all almost along already also although always am among an and another any
    anyone anything are aren't around as at away back be became because become becomes been before behind being below
    between both but by came can can't cannot come comes could couldn't did didn't do does doesn't doing don't done down
    during each either else enough even ever every everyone everything far few first for from full further gave get gets
    give given gives go goes going gone got had hadn't has hasn't have haven't having he her here hers herself him himself
    his how however i i'd i'll i'm i've if in instead into is isn't it it's its itself just keep kept know known last later
    least left less let let's like likely long made make makes making many may maybe me mean means meant might more most
    much must my myself near nearly need needs neither never new next no nobody none nor not nothing now of off often on
    once one ones only onto or other others our ours ourselves out over own part per perhaps put quite rather really right
    said same saw say says second see seem seems seen several shall she should shouldn't show since so some someone
    something sometimes soon still such take taken takes tell tells than that that's the their theirs them themselves then
    there these they they're thing things third this those though three through thus to together too took toward towards
    two under until up upon us use used uses using usually very via want wants was wasn't way we we're we've well went were
    weren't what whatever when where whether which while who whole whom whose why will with within without won't would
    wouldn't yet you you're your yours yourself`,
  de: `aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus bei beim bereits bin bis
    bist da dabei dadurch dafür damit danach dann daran darauf daraus darf darin das dass dazu dein deine dem den denn der
    deren des deshalb dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen
    einer eines einige er es etwa etwas euch für gegen gewesen gibt habe haben hat hatte hatten hier hin hinter ich ihm ihn
    ihnen ihr ihre ihrem ihren ihrer im immer in indem ins ist ja jede jedem jeden jeder jedes jedoch jetzt kann kein keine
    keinen können könnte machen man mehr mein meine mich mir mit muss müssen nach nicht nichts noch nun nur ob oder ohne
    schon sehr sein seine seinem seinen seiner seit selbst sich sie sind so sogar solche soll sollen sollte sondern sonst
    über um und uns unser unsere unter viel viele vom von vor während war waren warum was weil weiter welche welchem welchen
    welcher welches wenn wer werde werden wie wieder will wir wird wirst wo wobei wurde wurden während würde würden zu zum
    zur zwar zwischen`,
  fr: `afin ai ainsi alors après as assez au aucun aucune aujourd'hui auprès aussi autre autres aux avaient avait avant avec
    avoir bien car ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez ci comme comment contre d'un
    d'une dans de depuis des dès deux donc dont du elle elles en encore entre est et étaient était étant été être eu eux
    fait faire fois font hors il ils je jusque l'on la là le les leur leurs lorsque lui ma mais même mêmes mes mettre moi
    moins mon ne ni non nos notre nous on ont ou où par parce parmi pas peu peut peuvent plus plusieurs pour pourquoi puis
    qu'elle qu'il qu'on qu'un qu'une quand que quel quelle quelles quels qui quoi sa sans se selon sera seront ses si soit
    son sont sous souvent sur ta tandis te tel telle tes toi ton tous tout toute toutes très trop tu un une vers voici voilà
    vos votre vous c'est n'est s'est`,
  es: `a al algo alguna algunas alguno algunos ambos ante antes aquel aquella aquellos aquí así aun aunque bajo bien cada casi
    como con contra cual cuales cuando cuanto cómo de debe deben del desde después donde dos durante e el él ella ellas
    ellos en entonces entre era eran es esa esas ese eso esos esta está estaba estado están estar estas este esto estos fue
    fueron ha había habían haber hace hacer hacia han has hasta hay he incluso la las le les lo los luego mas más me mediante
    mejor menos mi mientras mis misma mismo mucha mucho muchos muy nada ni no nos nosotros nuestra nuestro o os otra otras
    otro otros para pero poco por porque pues puede pueden qué que quien quienes se sea sean según ser si sí sido siempre sin
    sino sobre solo sólo son su sus suyo tal también tampoco tan tanto te tenía tener tiene tienen toda todas todavía todo
    todos tras tu tus un una unas uno unos usted va vez y ya yo`,
  it: `a ad agli ai al alcuni alla alle allo altra altri altro anche ancora avere aveva avevano c'è che chi ci ciò coi col come
    con contro cosa così cui da dagli dai dal dalla dalle dallo degli dei del della delle dello dentro di dopo dove due e è
    ed era erano essere fa fino fra già gli ha hanno ho i il in infatti inoltre io la le lei li lo loro lui ma meno mentre mi
    mia mio molti molto ne negli nei nel nella nelle nello no noi non nostra nostro o ogni oltre oppure per perché però più
    poco poi poiché prima proprio può qua quale quali quando quanto quella quelle quelli quello questa queste questi questo
    qui quindi se sempre senza si sia siamo sono sopra sotto sta stata stati stato su sua sue sugli sui sul sulla sulle suo
    suoi tale tanto te ti tra tu tutta tutte tutti tutto un una uno vi voi`,
  pt: `a à ao aos as às até algo algum alguma alguns ainda além ante antes apenas aquela aquele aquilo assim bem cada com como
    contra cujo da das de dela dele deles depois desde dessa desse desta deste do dois dos durante e é ela elas ele eles em
    enquanto então entre era eram essa essas esse esses esta está estão estas estava este estes eu foi foram há isso isto já
    lá lhe lhes logo mais mas mesmo meu minha muito muitos na não nas nem nessa nesse nesta neste no nos nós nossa nosso num
    numa o onde os ou outra outras outro outros para pela pelas pelo pelos pode podem por porque pois qual quais qualquer
    quando quanto que quem são se seja sem sempre sendo ser será seu seus si sido só sob sobre sua suas tal também tão tem
    têm tendo ter tinha toda todas todo todos tu tudo um uma umas uns vai você`,
  nl: `aan af al alle alleen als altijd andere ben bij binnen daar dan dat de deze die dit doch doen door dus een eens elk elke
    en er erg geen geweest haar had hadden heb hebben heeft hem het hier hij hoe hun iemand iets ik in is ja je jij jullie
    kan kon kunnen maar me meer men met mij mijn moet moeten na naar niet niets nog nu of om omdat ondanks onder ons onze ook
    op over reeds sinds te tegen ten ter terwijl toch toen tot tussen u uit uw van vanaf veel via voor vooral waar waarom
    wanneer want waren was wat we weer wel welke werd werden wie wij wil worden wordt zal ze zei zelf zich zij zijn zo zoals
    zonder zou zouden`,
  zh: `一个 一些 一种 一样 不是 不能 不会 没有 这个 那个 这些 那些 这样 那样 这里 那里 他们 她们 它们 我们 你们 自己 什么 怎么 如果 因为 所以 但是 然而
    而且 并且 或者 以及 还是 只是 就是 也是 可以 可能 能够 应该 需要 已经 正在 进行 通过 对于 关于 根据 按照 由于 为了 之间 之后 之前 以后 以前 其中 其他 同时
    任何 所有 每个 许多 非常 比较 起来 出来 时候 现在 来说 认为 表示 使用 这是 人人 不得`,
  ja: `これ それ あれ この その あの ここ そこ もの こと ため よう 場合 以上 以下 以外 以前 以後 自分 我々 私 彼 彼女 何 誰 時 中 上 下 前 後 間 内 外 的 等 際 者 化 性
    可能 必要 使用 利用 今日 今回 一つ 二つ すべて なかっ でし まし ました ません です ます`,
  th: `ที่ และ ใน ของ ให้ ได้ เป็น มี จะ ไม่ ว่า การ ความ กับ จาก โดย หรือ แต่ ก็ นี้ นั้น เพื่อ ซึ่ง อยู่ ต้อง ไป มา แล้ว ยัง คือ ด้วย อย่าง ถึง แห่ง ตาม เมื่อ ถ้า เพราะ ทุก ทั้ง กัน
    อื่น ใด ผู้ คน ตน เขา เรา ฉัน คุณ มัน`,
};

const SETS = new Map(Object.entries(LISTS).map(([language, list]) => [language, new Set(list.split(/\s+/))]));
const NO_WORDS: ReadonlySet<string> = new Set();

/** The languages with spaces that have a list. */
export const STOP_WORD_LANGUAGES: readonly string[] = [...SETS.keys()].filter((language) => !WITHOUT_SPACES.has(language));

export const hasStopWords = (language: string): boolean => STOP_WORD_LANGUAGES.includes(language);

/** Lower-case stop words; empty for a language without a list. Null (unknown) counts as English, the likeliest. */
export function stopWords(language: string | null): ReadonlySet<string> {
  return SETS.get(language ?? 'en') ?? NO_WORDS;
}
