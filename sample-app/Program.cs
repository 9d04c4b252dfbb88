using Bnn.Inference;
using SampleApp;

// Four networks, trained and pruned by this project, were compiled into this program from models/*.bnn.
string data = Path.Combine(AppContext.BaseDirectory, "data");
Samples fashion = Samples.ReadIdx(
    "1,000 Fashion-MNIST test images",
    Path.Combine(data, "fashion-mnist-1000-images-idx3-ubyte"),
    Path.Combine(data, "fashion-mnist-1000-labels-idx1-ubyte"));
Samples digits = Samples.ReadTable("500 optdigits test images", Path.Combine(data, "optdigits-500.csv"), largest: 16);

if (args is ["--classes"])
{
    Classes.Print<FashionMlp>(fashion);
    Classes.Print<FashionMlpPruned>(fashion);
    Classes.Print<FashionConv>(fashion);
    Classes.Print<Optdigits>(digits);
    return;
}

Console.WriteLine("Pictures classified by C# that the compiler wrote from a model file:");
Console.WriteLine();
Pictures.Show(fashion, FashionConv.Labels, image => FashionConv.Predict(image), 0, 1, 23);
Pictures.Show(digits, Optdigits.Labels, image => Optdigits.Predict(image), 0, 1, 2);

Example.Run(digits);
Console.WriteLine();

var report = new Report();
report.Add<FashionMlp>("fashion-mlp", fashion);
report.Add<FashionMlpPruned>("fashion-mlp-pruned", fashion);
report.Add<FashionConv>("fashion-conv", fashion);
report.Add<Optdigits>("optdigits", digits);
report.Print();

string? folder = args.Length > 0 ? args[0] : Environment.GetEnvironmentVariable("BNN_DATA");
if (folder is null)
{
    Console.WriteLine("With a data folder (first argument, or BNN_DATA) the whole test sets are evaluated too.");
    return;
}
string images = Path.Combine(folder, "fashion-mnist", "t10k-images-idx3-ubyte");
string table = Path.Combine(folder, "uci", "optdigits.tes");
if (!File.Exists(images) || !File.Exists(table))
{
    Console.Error.WriteLine($"Not found: {(File.Exists(images) ? table : images)}. The folder must hold fashion-mnist/t10k-*-ubyte and uci/optdigits.tes, unpacked.");
    Environment.ExitCode = 4;
    return;
}
Samples all = Samples.ReadIdx("", images, images.Replace("images-idx3", "labels-idx1", StringComparison.Ordinal));
Samples allDigits = Samples.ReadTable("", table, largest: 16);
Console.WriteLine("Whole test sets:");
Whole<FashionMlp>("fashion-mlp", all);
Whole<FashionMlpPruned>("fashion-mlp-pruned", all);
Whole<FashionConv>("fashion-conv", all);
Whole<Optdigits>("optdigits", allDigits);

// Any generated model can be evaluated by generic code: its methods are static members of an interface.
static void Whole<TModel>(string name, Samples samples)
    where TModel : IBinaryClassifier<TModel>
{
    EvaluationResult result = Evaluation.Run<TModel>(samples.Images, samples.Labels);
    EvaluationResult interpreted = Evaluation.Run(new Interpreter(Report.Load(name)), samples.Images, samples.Labels);
    int differences = result.Predicted.Zip(interpreted.Predicted).Count(pair => pair.First != pair.Second);
    Console.WriteLine($"  {name,-20} {100 * result.Accuracy:F2} % ± {100 * result.StandardError:F2} of {result.Samples:N0} images, {differences} differences from the interpreter");
}
