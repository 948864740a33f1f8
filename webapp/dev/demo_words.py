"""What the demo's clients were told and asked, each in the language they read."""

from dataclasses import dataclass
from typing import Any

PLAYBOOK: dict[str, Any] = {
    "labels": {
        "en": "Renovation",
        "fr": "Rénovation",
        "az": "Təmir",
        "ru": "Ремонт",
        "ar": "ترميم",
        "ary": "الإصلاح والتجديد",
    },
    "stages": [
        {"en": "Plans", "fr": "Plans", "az": "Layihə", "ru": "Проект", "ar": "التصاميم", "ary": "التصاميم"},
        {"en": "Works", "fr": "Travaux", "az": "İşlər", "ru": "Работы", "ar": "الأشغال", "ary": "الأشغال"},
        {
            "en": "Finishing",
            "fr": "Finitions",
            "az": "Tamamlama işləri",
            "ru": "Отделка",
            "ar": "التشطيب",
            "ary": "التشطيب",
        },
        {"en": "Handover", "fr": "Remise", "az": "Təhvil", "ru": "Сдача", "ar": "التسليم", "ary": "التسليم"},
    ],
    "milestones": [
        (
            {
                "en": "Tiles",
                "fr": "Carrelage",
                "az": "Kafel işləri",
                "ru": "Плитка",
                "ar": "الزليج",
                "ary": "الزليج",
            },
            8,
        ),
        (
            {
                "en": "Cupboards",
                "fr": "Placards",
                "az": "Şkafların quraşdırılması",
                "ru": "Шкафы",
                "ar": "الخزائن",
                "ary": "البلاكارات",
            },
            14,
        ),
        (
            {
                "en": "Handover",
                "fr": "Remise des clés",
                "az": "Təhvil",
                "ru": "Сдача",
                "ar": "التسليم",
                "ary": "التسليم",
            },
            18,
        ),
    ],
    "reasons": [
        {
            "key": "supplier",
            "labels": {
                "en": "A supplier delivers late",
                "fr": "Un fournisseur livre en retard",
                "az": "Təchizatçı gec çatdırır",
                "ru": "Поставщик задерживает доставку",
                "ar": "تأخر أحد الموردين",
                "ary": "المورّد تعطّل",
            },
        },
        {
            "key": "our_mistake",
            "labels": {
                "en": "We made a mistake",
                "fr": "Nous avons fait une erreur",
                "az": "Biz səhv etdik",
                "ru": "Мы допустили ошибку",
                "ar": "وقعنا في خطأ",
                "ary": "وقع غلط من عندنا",
            },
        },
        {
            "key": "choice",
            "labels": {
                "en": "A choice is still open",
                "fr": "Un choix reste à faire",
                "az": "Seçim hələ edilməyib",
                "ru": "Выбор ещё не сделан",
                "ar": "بقي اختيار لم يُحسم بعد",
                "ary": "باقي شي اختيار ما زال ما تدار",
            },
        },
    ],
    "sentences": [
        {
            "part": "done",
            "labels": {
                "en": "The wall tiles are finished.",
                "fr": "Le carrelage des murs est terminé.",
                "az": "Divar kafeli tamamlandı.",
                "ru": "Плитка на стенах уложена.",
                "ar": "اكتمل زليج الجدران.",
                "ary": "الزليج ديال الحيوط تكمّل.",
            },
        },
        {
            "part": "done",
            "labels": {
                "en": "The pipes are tested.",
                "fr": "La plomberie est testée.",
                "az": "Borular yoxlanıldı.",
                "ru": "Трубы проверены.",
                "ar": "تم اختبار الأنابيب.",
                "ary": "القوادس ديال الما تجرّبو، وكلشي مزيان.",
            },
        },
        {
            "part": "next",
            "labels": {
                "en": "Our carpenter fits the cupboards.",
                "fr": "Notre menuisier pose les placards.",
                "az": "Dülgərimiz şkafları quraşdırır.",
                "ru": "Наш столяр устанавливает шкафы.",
                "ar": "يركّب نجارنا الخزائن.",
                "ary": "النجّار ديالنا غادي يركّب البلاكارات.",
            },
        },
        {
            "part": "next",
            "labels": {
                "en": "{name} comes on {date}.",
                "fr": "{name} passe le {date}.",
                "az": "{name} gəlir: {date}.",
                "ru": "{name} приходит: {date}.",
                "ar": "يأتي {name} يوم {date}.",
                "ary": "{name} غادي يجي نهار {date}.",
            },
        },
        {
            "part": "action",
            "labels": {
                "en": "We call the supplier every morning until it is here.",
                "fr": "Nous appelons le fournisseur chaque matin jusqu'à la livraison.",
                "az": "Çatdırılana qədər hər səhər təchizatçıya zəng edirik.",
                "ru": "Каждое утро звоним поставщику, пока заказ не придёт.",
                "ar": "نتصل بالمورد كل صباح حتى تصل البضاعة.",
                "ary": "كنعيّطو على المورّد كل صباح حتى توصل السلعة.",
            },
        },
    ],
}


@dataclass(frozen=True, kw_only=True)
class DemoClient:
    """One client of the demo. Days count from today; negative ones are past."""

    client: str
    contact: str
    greeting: str
    address: str
    phone: str
    language: str
    owner: str
    reference: str
    title: str
    step_days: tuple[int, ...]
    done: str
    step: str
    step_by: int
    facts: tuple[str, ...] = ()
    ask: str = ""
    note: str = ""
    question: str = ""
    is_due: bool = False
    is_first_done: bool = False
    days_ahead: int = 3
    delay_days: int = 0
    delay_who: str | None = None
    delay_why: str = ""
    delay_action: str = ""


CLIENTS = (
    DemoClient(
        client="Bennani",
        contact="Maria Bennani",
        greeting="السيدة بناني",
        address="maria.bennani@example.com",
        phone="+212662111111",
        language="ary",
        owner="salma@darrenov.example",
        reference="MA-4471",
        title="الكوزينة، أنفا",
        step_days=(-5, 4, 9),
        is_first_done=True,
        done="كمّلنا الزليج ديال الحيوط، وجرّبنا القوادس ديال الما.",
        step="النجّار ديالنا غادي يركّب البلاكارات.",
        step_by=4,
        facts=("المفاتيح عند الجارة ف الطابق 2",),
        ask="الاختيار ديالكم ديال الروبيني، البلومبي كيتسناه",
        note="She prefers to be called after 17:00.",
        days_ahead=3,
    ),
    DemoClient(
        client="Əliyev",
        contact="Rəşad Əliyev",
        greeting="Rəşad bəy",
        address="rashad.aliyev@example.com",
        phone="+212662222222",
        language="az",
        owner="salma@darrenov.example",
        reference="MA-4480",
        title="mənzil təmiri, Maarif",
        step_days=(-4, 6, 12),
        is_first_done=True,
        done="Döşəmə kafeli vuruldu, elektrik xətləri yoxlanıldı.",
        step="Divarları rəngləyirik.",
        step_by=5,
        question="Qapıların rəngini hələ dəyişmək olar?",
        days_ahead=2,
        delay_days=7,
        delay_who="Mega Qapı",
        delay_why="Qapılar Rabatdakı anbara gec çatıb.",
        delay_action="Hər səhər anbarla danışırıq; qapılar gələn kimi iki usta ilə quraşdırırıq.",
    ),
    DemoClient(
        client="Clarke",
        contact="Emma Clarke",
        greeting="Ms Clarke",
        address="emma.clarke@example.com",
        phone="+212662333333",
        language="en",
        owner="salma@darrenov.example",
        reference="MA-4492",
        title="bathroom, Gauthier",
        step_days=(2, 7, 11),
        done="The old bath is out and the walls are dry.",
        step="Our tiler begins with the floor.",
        step_by=2,
        facts=("The water may be turned off between 9 and 12",),
        is_due=True,
    ),
)
