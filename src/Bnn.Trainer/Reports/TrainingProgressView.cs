using System.Diagnostics;
using Bnn.Training;
using Spectre.Console;

namespace Bnn.Trainer.Reports;

/// <summary>Shows training under way: a live bar on a terminal, one line an epoch elsewhere.</summary>
internal sealed class TrainingProgressView(CommandContext context, TrainingRun run)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly int _epochsBefore = run.EpochsDone;
    private double _validation = run.EpochsDone > 0 ? run.History[^1].ValidationAccuracy : double.NaN;

    /// <summary>Runs <paramref name="train"/>, which reports each step and each epoch.</summary>
    public void Show(Action<Action<TrainingProgress>, Action<EpochRecord>> train)
    {
        context.Log(_epochsBefore == 0
            ? $"training on {Text.Count(run.Split.Training.Count, "sample")} of {run.Split.Training.Name}; "
                + $"{Text.Whole(run.Split.Validation.Count)} are held out for validation"
            : $"going on after epoch {_epochsBefore} of {run.Options.Epochs}");
        if (context.IsErrorTerminal)
            ShowLive(train);
        else
            train(_ => { }, WriteLine);
    }

    private void ShowLive(Action<Action<TrainingProgress>, Action<EpochRecord>> train) => context.ErrorConsole().Progress()
        .AutoClear(true)
        .Columns(new ProgressBarColumn { Width = 30 }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
        .Start(live =>
        {
            ProgressTask task = live.AddTask("starting", maxValue: (double)run.Options.Epochs * run.StepsPerEpoch);
            train(
                progress =>
                {
                    double done = ((progress.Epoch - 1.0) * progress.Steps) + progress.Step;
                    task.Value = done;
                    task.Description = $"epoch {progress.Epoch}/{progress.Epochs}  loss {Text.Fixed(progress.Loss, 3)}"
                        + $"  validation {Percent(_validation)}  {TimeLeft(done / progress.Steps)}";
                },
                record => _validation = record.ValidationAccuracy);
        });

    private void WriteLine(EpochRecord record) => context.Log(
        $"epoch {Padded(record.Epoch)}/{run.Options.Epochs}  loss {Text.Fixed(record.TrainingLoss, 3)}"
        + $"  validation loss {Text.Fixed(record.ValidationLoss, 3)}  accuracy {Percent(record.ValidationAccuracy)}  {TimeLeft(record.Epoch)}");

    private string Padded(int epoch) => Text.Fixed(epoch, 0).PadLeft(Text.Fixed(run.Options.Epochs, 0).Length);

    private static string Percent(double share) => double.IsNaN(share) ? "-" : Text.Percent(share);

    private string TimeLeft(double epochsDone)
    {
        double doneHere = epochsDone - _epochsBefore;
        return doneHere <= 0 ? "" : Text.Duration(_watch.Elapsed * ((run.Options.Epochs - epochsDone) / doneHere)) + " left";
    }
}
