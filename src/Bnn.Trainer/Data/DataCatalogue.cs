using Bnn.Model;

namespace Bnn.Trainer.Data;

/// <summary>The data sets that the trainer knows by name.</summary>
internal static class DataCatalogue
{
    private const string Uci = "https://archive.ics.uci.edu/ml/machine-learning-databases/";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KnownSet> All { get; } =
    [
        new("fashion-mnist", "eight-bit")
        {
            About = "pictures of clothes, 28x28 grey",
            Authors = "H. Xiao, K. Rasul, R. Vollgraf 2017",
            Licence = "MIT",
            Home = "the GitHub repository zalandoresearch/fashion-mnist, folder data/fashion",
            Sources =
            [
                new WebFolder("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/", ".gz"),
                new WebFolder("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", ".gz"),
            ],
            Format = DataFormat.Idx,
            Shape = new(1, 28, 28),
            Labels = ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"],
            Folders = ["fashion-mnist"],
            TrainFiles =
            [
                new("train-images-idx3-ubyte", 47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
                new("train-labels-idx1-ubyte", 60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
            ],
            TestFiles =
            [
                new("t10k-images-idx3-ubyte", 7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
                new("t10k-labels-idx1-ubyte", 10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
            ],
        },
        new("mnist", "eight-bit")
        {
            About = "handwritten digits, 28x28 grey",
            Authors = "Y. LeCun, C. Cortes, C. J. C. Burges 1998",
            Licence = "CC BY-SA 3.0",
            Home = "the MNIST page of Yann LeCun or one of its mirrors",
            Sources =
            [
                new WebFolder("https://ossci-datasets.s3.amazonaws.com/mnist/", ".gz"),
                new WebFolder("https://storage.googleapis.com/cvdf-datasets/mnist/", ".gz"),
            ],
            Format = DataFormat.Idx,
            Shape = new(1, 28, 28),
            Labels = ClassNames.Numbers(10),
            Folders = ["mnist"],
            TrainFiles =
            [
                new("train-images-idx3-ubyte", 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
                new("train-labels-idx1-ubyte", 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            ],
            TestFiles =
            [
                new("t10k-images-idx3-ubyte", 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
                new("t10k-labels-idx1-ubyte", 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
            ],
        },
        new("cifar-10", "eight-bit")
        {
            About = "photographs, 32x32 in colour",
            Authors = "A. Krizhevsky, V. Nair, G. Hinton 2009",
            Licence = "not stated; cite the authors",
            Home = "the CIFAR page of Alex Krizhevsky, cifar-10-binary.tar.gz",
            Sources = [new WebArchive("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz")],
            Format = DataFormat.Cifar,
            Shape = CifarReader.Usual,
            Labels = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
            Folders = ["cifar-10", "cifar10", "cifar-10-batches-bin"],
            TrainFiles =
            [
                new("data_batch_1.bin", 30_730_000, "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
                new("data_batch_2.bin", 30_730_000, "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
                new("data_batch_3.bin", 30_730_000, "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
                new("data_batch_4.bin", 30_730_000, "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
                new("data_batch_5.bin", 30_730_000, "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
            ],
            TestFiles = [new("test_batch.bin", 30_730_000, "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b")],
        },
        new("imagenette64", "eight-bit")
        {
            About = "photographs of ten ImageNet classes, reduced to 64x64 in colour of seven bits",
            Authors = "J. Howard 2019, from ImageNet",
            Licence = "research and education",
            Home = "whoever reduced the pictures of Imagenette 2 to this form (docs/data.md describes it)",
            Format = DataFormat.Ycc,
            Shape = YccReader.Usual,
            Labels =
            [
                "tench", "English springer", "cassette player", "chain saw", "church", "French horn", "garbage truck", "gas pump", "golf ball", "parachute",
            ],
            Folders = ["imagenette64"],
            TrainFiles =
            [
                new("imagenette64-train.ycc", 58_177_536, "a2b3bef52ffd00d50f928ce90f0baa3e84f17b2d10c05d79a58214f05e3fcbba"),
                new("imagenette64-train.labels", 9_469, "044a9511ab5f7ef0dfbcf46e7c9e5cda703ab8412281ba6848112bcd2a756043"),
            ],
            TestFiles =
            [
                new("imagenette64-val.ycc", 24_115_200, "688c137c70f570f22414d6c86c8d1bae8bae7a734bcf627b0c8a50be80d812fa"),
                new("imagenette64-val.labels", 3_925, "d0cd46d3cfc6c319dd2a48f20b9258a5d88d0ebffd60f0fbf1bef746c6b1eefd"),
            ],
        },
        new("optdigits", "thermometer-4")
        {
            About = "handwritten digits, 8x8 with values 0 to 16",
            Authors = "E. Alpaydin, C. Kaynak 1998",
            Licence = "CC BY 4.0",
            Home = "the UCI Machine Learning Repository, 'Optical Recognition of Handwritten Digits'",
            Sources = [new WebFolder(Uci + "optdigits/", "")],
            Format = DataFormat.Table,
            Shape = new(1, 8, 8),
            Labels = ClassNames.Numbers(10),
            Folders = ["uci", "optdigits"],
            TrainFiles = [new("optdigits.tra", 563_639, "e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd")],
            TestFiles = [new("optdigits.tes", 264_712, "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8")],
        },
        Monks(
            1,
            new("monks-1.train", 2_947, "d9c328b6f0e095ab10f7bc8468f1d2141f3d08be73e665c3bf0a62994c922606"),
            new("monks-1.test", 10_260, "e501ada3b21d876ab86f3e1614747bd2edc443a685f229a25e480aa1dea629f6")),
        Monks(
            2,
            new("monks-2.train", 4_013, "7ebcc278005737caad0cd52e6aa31256a2c3174da8047faf4ac3a9d35edbdaa8"),
            new("monks-2.test", 10_260, "945650affde377c27f6218c8b17893e339ea831f4bee9f9d7123020699cfbf40")),
        Monks(
            3,
            new("monks-3.train", 2_886, "726f258f80be06af4bb2d8831789514a663f5813e47429211fe19dcd367966f8"),
            new("monks-3.test", 10_260, "1d816ae7347afaf895050667adc3f382904c6ed2332d0a2d09353f5e6cb54612")),
    ];

    /// <summary>The names, as a list in words.</summary>
    public static string Names => string.Join(", ", All.Select(set => set.Name));

    /// <summary>The data set of that name, or null; hyphens and capitals do not matter.</summary>
    public static KnownSet? Find(string name) => All.FirstOrDefault(set => string.Equals(Bare(set.Name), Bare(name), StringComparison.OrdinalIgnoreCase));

    private static string Bare(string name) => name.Replace("-", "", StringComparison.Ordinal);

    // A line is: class, six attributes with values 1 to 4, name of the line.
    private static KnownSet Monks(int number, KnownFile train, KnownFile test) => new($"monks-{number}", "thermometer-3")
    {
        About = "robots with six attributes of values 1 to 4; an artificial problem",
        Authors = "S. Thrun and others 1991",
        Licence = "CC BY 4.0",
        Home = "the UCI Machine Learning Repository, 'MONK's Problems'",
        Sources = [new WebFolder(Uci + "monks-problems/", "")],
        Format = DataFormat.Table,
        Options = new([(SpecOptions.ClassKey, "first"), (SpecOptions.SkipKey, "last")]),
        Shape = Shape.Vector(6),
        Labels = ["0", "1"],
        Folders = ["uci", "monks", "monks-problems"],
        TrainFiles = [train],
        TestFiles = [test],
    };
}
